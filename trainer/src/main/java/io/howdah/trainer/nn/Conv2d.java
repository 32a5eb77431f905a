// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images: [N, C, H, W] or [C, H, W] to [N, K, P, Q] or [K, P, Q], as {@link
 * ConvolutionFunctions#conv2d} tells. The weight [K, C/groups, R, S] and the bias [K] start uniform in
 * ±1/√(C/groups·R·S), as in PyTorch.
 */
public final class Conv2d extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final ConvolutionSettings settings;

    /**
     * A square filter, with a bias.
     *
     * @param inputs C
     * @param outputs K
     * @param kernel R and S
     */
    public Conv2d(long inputs, long outputs, int kernel, ConvolutionSettings settings, Philox random) {
        this(inputs, outputs, Spatial.of(kernel), settings, Bias.LEARNT, random);
    }

    /**
     * @param inputs C
     * @param outputs K
     * @param kernel R and S
     */
    public Conv2d(long inputs, long outputs, Spatial kernel, ConvolutionSettings settings, Bias bias, Philox random) {
        int groups = settings.groups();
        ConvolutionParameters.check("Conv2d", inputs, outputs, groups);
        this.settings = settings;
        this.weight = parameter(
                "weight",
                ConvolutionParameters.weight(random, outputs, inputs / groups, kernel.height(), kernel.width()));
        this.bias = bias == Bias.LEARNT ? parameter("bias", ConvolutionParameters.bias(random, weight, outputs)) : null;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return ConvolutionFunctions.conv2d(x, weight, bias, settings);
    }

    private long inputs() {
        return weight.size(1) * settings.groups();
    }

    @Override
    protected String expected() {
        return "[N, " + inputs() + ", H, W] or [" + inputs() + ", H, W]";
    }

    @Override
    protected String describe() {
        String kernel = "[" + weight.size(2) + ", " + weight.size(3) + "]";
        return ConvolutionParameters.describe(inputs(), weight.size(0), kernel, settings, bias);
    }
}
