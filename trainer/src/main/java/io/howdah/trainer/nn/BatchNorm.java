// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.NormalisationFunctions;
import io.howdah.trainer.nn.functional.NormalisationFunctions.BatchRule;
import io.howdah.trainer.ops.BatchNorms;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * (x − mean) / √(variance + ε) · weight + bias per channel. Training normalises by the moments of the batch and lets the
 * buffers {@code running_mean} and {@code running_var} follow them; evaluation normalises by those. The int64 buffer
 * {@code num_batches_tracked} counts batches.
 */
public abstract sealed class BatchNorm extends Layer permits BatchNorm1d, BatchNorm2d {
    private final long channels;
    private final BatchNormSettings settings;
    private final BatchNorms.Parameters parameters;
    private final BatchNorms.@Nullable RunningMoments running;
    private final @Nullable Tensor batches;

    BatchNorm(long channels, BatchNormSettings settings) {
        this.channels = channels;
        this.settings = settings;
        Affine affine = settings.affine();
        this.parameters = new BatchNorms.Parameters(
                affine == Affine.NONE ? null : parameter("weight", Initialisation.constant(1, channels)),
                affine == Affine.WEIGHT_AND_BIAS ? parameter("bias", Initialisation.constant(0, channels)) : null);
        if (settings.statistics() == BatchNormSettings.Statistics.RUNNING) {
            this.running = new BatchNorms.RunningMoments(
                    buffer("running_mean", Initialisation.constant(0, channels)),
                    buffer("running_var", Initialisation.constant(1, channels)));
            this.batches = buffer("num_batches_tracked", Tensor.zeros(DType.INT64, Shape.of()));
        } else {
            this.running = null;
            this.batches = null;
        }
    }

    /** Whether inputs may have that many dimensions. */
    abstract boolean takes(int rank);

    final long channels() {
        return channels;
    }

    @Override
    protected final Tensor compute(Tensor x) {
        if (!takes(x.shape().rank()) || x.size(1) != channels) {
            throw new IllegalArgumentException("The channels are dimension 1.");
        }
        if (!isTraining() || batches == null) {
            return normalised(x, settings.momentum() == null ? 0 : settings.momentum());
        }
        LongBuffer count = batches.buffer().asLongBuffer();
        Double momentum = settings.momentum();
        Tensor result = normalised(x, momentum == null ? 1.0 / (count.get(0) + 1) : momentum);
        count.put(0, count.get(0) + 1);
        batches.bumpVersion();
        return result;
    }

    private Tensor normalised(Tensor x, double momentum) {
        return NormalisationFunctions.batchNorm(
                x, running, parameters, mode(), new BatchRule(momentum, settings.epsilon()));
    }

    @Override
    protected final String describe() {
        return "channels=" + channels + ", epsilon=" + settings.epsilon() + ", momentum="
                + (settings.momentum() == null ? "average" : settings.momentum());
    }
}
