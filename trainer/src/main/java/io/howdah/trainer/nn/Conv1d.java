// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of signals: [N, C, W] or [C, W] to [N, K, Q] or [K, Q], as {@link ConvolutionFunctions#conv1d} tells. Of the
 * settings, the widths count. The weight [K, C/groups, S] and the bias [K] start uniform in ±1/√(C/groups·S), as in
 * PyTorch.
 */
public final class Conv1d extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final ConvolutionSettings settings;

    /**
     * With a bias.
     *
     * @param inputs C
     * @param outputs K
     * @param kernel S
     */
    public Conv1d(long inputs, long outputs, int kernel, ConvolutionSettings settings, Philox random) {
        this(inputs, outputs, kernel, settings, Bias.LEARNT, random);
    }

    /**
     * @param inputs C
     * @param outputs K
     * @param kernel S
     */
    public Conv1d(long inputs, long outputs, int kernel, ConvolutionSettings settings, Bias bias, Philox random) {
        int groups = settings.groups();
        ConvolutionParameters.check("Conv1d", inputs, outputs, groups);
        this.settings = settings;
        this.weight = parameter("weight", ConvolutionParameters.weight(random, outputs, inputs / groups, kernel));
        this.bias = bias == Bias.LEARNT ? parameter("bias", ConvolutionParameters.bias(random, weight, outputs)) : null;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return ConvolutionFunctions.conv1d(x, weight, bias, settings);
    }

    private long inputs() {
        return weight.size(1) * settings.groups();
    }

    @Override
    protected String expected() {
        return "[N, " + inputs() + ", W] or [" + inputs() + ", W]";
    }

    @Override
    protected String describe() {
        return ConvolutionParameters.describe(inputs(), weight.size(0), Long.toString(weight.size(2)), settings, bias);
    }
}
