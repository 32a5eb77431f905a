// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolution of images: [N, K, P, Q] or [K, P, Q] to [N, C, H, W] or [C, H, W], as {@link
 * ConvolutionFunctions#convTranspose2d} tells. The weight [K, C/groups, R, S] and the bias [C] start uniform in
 * ±1/√(C/groups·R·S), as in PyTorch.
 */
public final class ConvTranspose2d extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final Shape shape;

    /**
     * What a transposed convolution is apart from its values.
     *
     * @param inputs K
     * @param outputs C
     * @param kernel R and S
     * @param outputPadding elements added behind, less than stride or dilation
     */
    public record Shape(
            long inputs, long outputs, Spatial kernel, ConvolutionSettings settings, Spatial outputPadding) {
        /** A square filter without output padding. */
        public static Shape of(long inputs, long outputs, int kernel, ConvolutionSettings settings) {
            return new Shape(inputs, outputs, Spatial.of(kernel), settings, Spatial.of(0));
        }

        public Shape withOutputPadding(Spatial newOutputPadding) {
            return new Shape(inputs, outputs, kernel, settings, newOutputPadding);
        }
    }

    /** With a bias. */
    public ConvTranspose2d(Shape shape, Philox random) {
        this(shape, Bias.LEARNT, random);
    }

    public ConvTranspose2d(Shape shape, Bias bias, Philox random) {
        int groups = shape.settings().groups();
        ConvolutionParameters.check("ConvTranspose2d", shape.inputs(), shape.outputs(), groups);
        Spatial kernel = shape.kernel();
        this.shape = shape;
        this.weight = parameter(
                "weight",
                ConvolutionParameters.weight(
                        random, shape.inputs(), shape.outputs() / groups, kernel.height(), kernel.width()));
        this.bias = bias == Bias.LEARNT
                ? parameter("bias", ConvolutionParameters.bias(random, weight, shape.outputs()))
                : null;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return ConvolutionFunctions.convTranspose2d(x, weight, bias, shape.settings(), shape.outputPadding());
    }

    @Override
    protected String expected() {
        return "[N, " + shape.inputs() + ", P, Q] or [" + shape.inputs() + ", P, Q]";
    }

    @Override
    protected String describe() {
        String padding = shape.outputPadding().equals(Spatial.of(0)) ? "" : ", outputPadding=" + shape.outputPadding();
        return ConvolutionParameters.describe(
                        shape.inputs(), shape.outputs(), shape.kernel().toString(), shape.settings(), bias)
                + padding;
    }
}
