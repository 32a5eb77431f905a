// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transposed convolutions, which spread every input element over a window of the output (Zeiler et al., “Deconvolutional
 * networks”, 2010): the gradient of a convolution for its input.
 */
public final class TransposedConvolutions {
    /** [N, K, P, Q] and [K, C/groups, R, S] to [N, C, H, W]. */
    static final Op<ConvolutionFilter> TRANSPOSED = Op.<ConvolutionFilter>named(
                    "transposedConvolution", AutocastCategory.LOW)
            .types(Op.Types.SAME)
            .operands(2)
            .forward(call -> {
                ConvolutionFilter filter = call.attributes();
                Shape shape = Shape.of(
                        call.shape().size(0), call.input(1).size(1) * filter.groups(), filter.height(), filter.width());
                call.backend()
                        .convolutionGradInput(
                                call.input(0), call.input(1), filter.window(), filter.groups(), call.outPlanes(shape));
                Convolutions.saveFactors(call);
            })
            .backward(call -> {
                ConvolutionFilter filter = call.attributes();
                call.give(
                        0, () -> Convolutions.convolution(call.gradient(), call.input(1), filter.sized(call.shape(0))));
                call.give(
                        1, () -> Convolutions.correlation(call.input(0), call.gradient(), filter.sized(call.shape(1))));
            });

    static final List<Op<?>> ALL = List.of(TRANSPOSED);

    private TransposedConvolutions() {}

    /**
     * out[n, c, w] = bias[c] + Σ x[n, k, q] · weight[k, c, s] over all q, s with q·stride − padding + s·dilation = w.
     *
     * @param x [N, K, Q] or [K, Q]
     * @param weight [K, C/groups, S]; dtype of {@code x}
     * @param bias [C] or null
     * @param outputPadding elements added behind, less than stride or dilation
     * @return [N, C, W] or [C, W], W = (Q − 1)·stride − 2·padding + dilation·(S − 1) + outputPadding + 1
     */
    public static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings, int outputPadding) {
        Planes.checkRank("convTranspose1d", x, weight, 3);
        Spatial behind = new Spatial(0, outputPadding);
        return Autocasting.call(
                AutocastCategory.LOW,
                operands -> {
                    Tensor filter = Planes.tall(operands[1]);
                    Tensor added = operands.length == 3 ? operands[2] : null;
                    return Planes.map(
                            operands[0],
                            1,
                            planes ->
                                    transpose("convTranspose1d", planes, filter, added, settings.alongWidth(), behind));
                },
                WeightAndBias.operands(x, weight, bias));
    }

    /**
     * The same in two dimensions.
     *
     * @param x [N, K, P, Q] or [K, P, Q]
     * @param weight [K, C/groups, R, S]; dtype of {@code x}
     * @param bias [C] or null
     * @param outputPadding elements added behind, less than stride or dilation
     * @return [N, C, H, W] or [C, H, W]
     */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings, Spatial outputPadding) {
        Planes.checkRank("convTranspose2d", x, weight, 4);
        return Autocasting.call(
                AutocastCategory.LOW,
                operands -> {
                    Tensor added = operands.length == 3 ? operands[2] : null;
                    return Planes.map(
                            operands[0],
                            2,
                            planes ->
                                    transpose("convTranspose2d", planes, operands[1], added, settings, outputPadding));
                },
                WeightAndBias.operands(x, weight, bias));
    }

    private static Tensor transpose(
            String op,
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            ConvolutionSettings settings,
            Spatial outputPadding) {
        settings.check(op);
        checkOutputPadding(op, settings, outputPadding);
        int groups = settings.groups();
        ConvolutionFilter.checkGroups(op, weight, groups);
        ConvolutionFilter.checkChannels(op, x, weight, bias, weight.size(0), weight.size(1) * groups);
        ConvolutionFilter filter = ConvolutionFilter.transposed(op, x.shape(), weight.shape(), settings, outputPadding);
        if (bias == null) {
            return transposed(x, weight, filter);
        }
        return Composite.of(
                () -> Arithmetic.add(transposed(x, weight, filter), Views.reshape(bias, bias.elements(), 1, 1)));
    }

    static Tensor transposed(Tensor x, Tensor weight, ConvolutionFilter filter) {
        return Dispatcher.call(TRANSPOSED, filter, x, weight);
    }

    private static void checkOutputPadding(String op, ConvolutionSettings settings, Spatial outputPadding) {
        Spatial stride = settings.stride();
        Spatial dilation = settings.dilation();
        boolean fits = outputPadding.isAtLeast(0)
                && outputPadding.height() < Math.max(stride.height(), dilation.height())
                && outputPadding.width() < Math.max(stride.width(), dilation.width());
        if (!fits || settings.sameSize()) {
            throw new IllegalArgumentException("Cannot compute " + op + ": outputPadding=" + outputPadding + " stride="
                    + stride + " dilation=" + dilation + " sameSize=" + settings.sameSize()
                    + ", expected 0 <= outputPadding < stride or dilation, and a padding in numbers; correct them");
        }
    }
}
