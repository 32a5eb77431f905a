// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.NormalisationFunctions;
import io.howdah.trainer.ops.BatchNorms;
import io.howdah.trainer.tensor.Tensor;

/** (x − mean) / √(variance + ε) · weight + bias by the moments of each group of channels; [N, C, …] to the same. */
public final class GroupNorm extends Layer {
    private final int groups;
    private final long channels;
    private final double epsilon;
    private final BatchNorms.Parameters parameters;

    /** With PyTorch's ε, weight and bias. */
    public GroupNorm(int groups, long channels) {
        this(groups, channels, LayerNorm.DEFAULT_EPSILON, Affine.WEIGHT_AND_BIAS);
    }

    /**
     * @param groups number of groups, which divides C
     * @param channels C
     */
    public GroupNorm(int groups, long channels, double epsilon, Affine affine) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException("Cannot make GroupNorm: groups=" + groups + " channels=" + channels
                    + ", expected channels that the groups divide; correct them");
        }
        this.groups = groups;
        this.channels = channels;
        this.epsilon = epsilon;
        this.parameters = new BatchNorms.Parameters(
                affine == Affine.NONE ? null : parameter("weight", Initialisation.constant(1, channels)),
                affine == Affine.WEIGHT_AND_BIAS ? parameter("bias", Initialisation.constant(0, channels)) : null);
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.shape().rank() < 2 || x.size(1) != channels) {
            throw new IllegalArgumentException("The channels are dimension 1.");
        }
        return NormalisationFunctions.groupNorm(x, groups, parameters, epsilon);
    }

    @Override
    protected String expected() {
        return "[N, " + channels + ", …]";
    }

    @Override
    protected String describe() {
        return "groups=" + groups + ", channels=" + channels + ", epsilon=" + epsilon;
    }
}
