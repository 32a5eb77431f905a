// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlations of one- and two-dimensional signals, which deep learning calls convolutions (LeCun et al.,
 * “Gradient-based learning applied to document recognition”, 1998).
 *
 * <p>A convolution f(x, w) is linear in both, and so are its gradients: ⟨g, f(x, w)⟩ = ⟨x, t(g, w)⟩ = ⟨w, c(g, x)⟩ with the
 * transposed convolution t and the correlation c. Gradients of these three ops are made of the three alone.
 */
public final class Convolutions {
    /** f: [N, C, H, W], [K, C/groups, R, S] and perhaps [K] to [N, K, P, Q]. */
    static final Op<ConvolutionFilter> CONVOLUTION = Op.<ConvolutionFilter>named("convolution", AutocastCategory.LOW)
            .types(Op.Types.SAME)
            .operands(3)
            .forward(call -> {
                ConvolutionFilter filter = call.attributes();
                Tensor bias = call.inputs() == 3 ? call.input(2) : null;
                Shape shape = Shape.of(call.shape().size(0), call.input(1).size(0), filter.height(), filter.width());
                call.backend()
                        .convolution(
                                call.input(0),
                                call.input(1),
                                bias,
                                filter.window(),
                                filter.groups(),
                                call.outPlanes(shape));
                saveFactors(call);
            })
            .backward(call -> {
                ConvolutionFilter filter = call.attributes();
                call.give(
                        0,
                        () -> TransposedConvolutions.transposed(
                                call.gradient(), call.input(1), filter.sized(call.shape(0))));
                call.give(1, () -> correlation(call.gradient(), call.input(0), filter.sized(call.shape(1))));
                if (call.inputs() == 3) {
                    call.give(2, () -> Reductions.sum(call.gradient(), 0, 2, 3));
                }
            });

    /** c: [N, K, P, Q] and [N, C, H, W] to [K, C/groups, R, S]; the gradient of a convolution for its weight. */
    static final Op<ConvolutionFilter> CORRELATION = Op.<ConvolutionFilter>named(
                    "convolutionWeightGradient", AutocastCategory.KEEP)
            .types(Op.Types.SAME)
            .operands(2)
            .forward(call -> {
                ConvolutionFilter filter = call.attributes();
                Shape shape = Shape.of(
                        call.shape().size(1), call.input(1).size(1) / filter.groups(), filter.height(), filter.width());
                call.backend()
                        .convolutionGradWeight(
                                call.input(0), call.input(1), filter.window(), filter.groups(), call.out(shape));
                saveFactors(call);
            })
            .backward(call -> {
                ConvolutionFilter filter = call.attributes();
                call.give(0, () -> convolution(call.input(1), call.gradient(), filter.sized(call.shape(0))));
                call.give(
                        1,
                        () -> TransposedConvolutions.transposed(
                                call.input(0), call.gradient(), filter.sized(call.shape(1))));
            });

    static final List<Op<?>> ALL = List.of(CONVOLUTION, CORRELATION);

    private Convolutions() {}

    /**
     * out[n, k, q] = bias[k] + Σ_c Σ_s weight[k, c, s] · x[n, c, q·stride − padding + s·dilation].
     *
     * @param x [N, C, W] or [C, W]
     * @param weight [K, C/groups, S]; dtype of {@code x}
     * @param bias [K] or null
     * @return [N, K, Q] or [K, Q], Q = ⌊(W + 2·padding − dilation·(S − 1) − 1) / stride⌋ + 1
     */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings) {
        Planes.checkRank("conv1d", x, weight, 3);
        return Autocasting.call(
                AutocastCategory.LOW,
                operands -> {
                    Tensor filter = Planes.tall(operands[1]);
                    Tensor added = operands.length == 3 ? operands[2] : null;
                    return Planes.map(
                            operands[0], 1, planes -> convolve("conv1d", planes, filter, added, settings.alongWidth()));
                },
                WeightAndBias.operands(x, weight, bias));
    }

    /**
     * out[n, k, p, q] = bias[k] + Σ_c Σ_r Σ_s weight[k, c, r, s] · x[n, c, p·stride − padding + r·dilation, …].
     *
     * @param x [N, C, H, W] or [C, H, W]
     * @param weight [K, C/groups, R, S]; dtype of {@code x}
     * @param bias [K] or null
     * @return [N, K, P, Q] or [K, P, Q], P = ⌊(H + 2·padding − dilation·(R − 1) − 1) / stride⌋ + 1, Q likewise
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings) {
        Planes.checkRank("conv2d", x, weight, 4);
        return Planes.map(x, 2, planes -> convolve("conv2d", planes, weight, bias, settings));
    }

    private static Tensor convolve(
            String op, Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings) {
        settings.check(op);
        int groups = settings.groups();
        ConvolutionFilter.checkGroups(op, weight, groups);
        ConvolutionFilter.checkChannels(op, x, weight, bias, weight.size(1) * groups, weight.size(0));
        ConvolutionFilter filter = ConvolutionFilter.forward(op, x.shape(), weight.shape(), settings);
        return bias == null ? convolution(x, weight, filter) : Dispatcher.call(CONVOLUTION, filter, x, weight, bias);
    }

    static Tensor convolution(Tensor x, Tensor weight, ConvolutionFilter filter) {
        return Dispatcher.call(CONVOLUTION, filter, x, weight);
    }

    static Tensor correlation(Tensor gradient, Tensor x, ConvolutionFilter filter) {
        return Dispatcher.call(CORRELATION, filter, gradient, x);
    }

    /** Saves each of the first two inputs where the other one needs a gradient. */
    static void saveFactors(ForwardCall<?> call) {
        if (call.needs(0)) {
            call.saveInput(1);
        }
        if (call.needs(1)) {
            call.saveInput(0);
        }
    }
}
