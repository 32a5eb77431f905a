// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Normalisation of every sample over its last dimensions: layer norm and RMS norm. */
public final class RowNorms {
    /** Input and perhaps weight and bias to the normalised rows; operands in this order. */
    static final Op<Rows> ROW_NORM = Op.<Rows>named("rowNorm", AutocastCategory.KEEP)
            .operands(Op.ANY_NUMBER)
            .forward(RowNorms::forward)
            .backward(call -> {
                if (GradMode.isEnabled()) {
                    formula(call);
                } else {
                    fused(call);
                }
            });

    static final List<Op<?>> ALL = List.of(ROW_NORM);

    private static final double FLOAT32_EPSILON = 0x1p-23;
    private static final double FLOAT64_EPSILON = 0x1p-52;

    /**
     * How rows are normalised.
     *
     * @param width elements of a row
     * @param centred whether the mean is subtracted: layer norm, else RMS norm
     * @param affine which of weight and bias the op has
     */
    record Rows(long width, boolean centred, WeightAndBias affine, double epsilon) {
        Shape matrix(Shape shape) {
            return Shape.of(width == 0 ? 0 : shape.elements() / width, width);
        }
    }

    private RowNorms() {}

    /**
     * (x − mean) / √(variance + ε) · weight + bias with the moments of every sample (Ba et al., “Layer normalization”,
     * 2016).
     *
     * @param x […, *normalised]
     * @param normalised shape of a sample: the last dimensions of {@code x}
     * @param weight of shape {@code normalised}, or null
     * @param bias of shape {@code normalised}, or null
     */
    public static Tensor layerNorm(
            Tensor x, Shape normalised, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        check("layerNorm", x, normalised, weight, bias);
        return normalise(
                x, new Rows(normalised.elements(), true, WeightAndBias.of(weight, bias), epsilon), weight, bias);
    }

    /**
     * x / √(mean(x²) + ε) · weight over every sample (Zhang and Sennrich, “Root mean square layer normalization”, 2019).
     *
     * @param x […, *normalised]
     * @param normalised shape of a sample: the last dimensions of {@code x}
     * @param weight of shape {@code normalised}, or null
     */
    public static Tensor rmsNorm(Tensor x, Shape normalised, @Nullable Tensor weight, double epsilon) {
        check("rmsNorm", x, normalised, weight, null);
        return normalise(
                x, new Rows(normalised.elements(), false, WeightAndBias.of(weight, null), epsilon), weight, null);
    }

    /** {@link #rmsNorm(Tensor, Shape, Tensor, double)} with the distance from 1 to the next number as ε. */
    public static Tensor rmsNorm(Tensor x, Shape normalised, @Nullable Tensor weight) {
        return rmsNorm(x, normalised, weight, x.dtype() == DType.FLOAT64 ? FLOAT64_EPSILON : FLOAT32_EPSILON);
    }

    /** Rows of {@code width} elements, without weight and bias. */
    static Tensor standardise(Tensor x, long width, double epsilon) {
        return normalise(x, new Rows(width, true, WeightAndBias.of(null, null), epsilon), null, null);
    }

    private static Tensor normalise(Tensor x, Rows rows, @Nullable Tensor weight, @Nullable Tensor bias) {
        Tensor[] operands = WeightAndBias.operands(x, flat(weight), flat(bias));
        return WeightAndBias.inDtypeOfInput(all -> Dispatcher.call(ROW_NORM, rows, all), operands);
    }

    private static @Nullable Tensor flat(@Nullable Tensor parameter) {
        return parameter == null || parameter.shape().rank() == 1
                ? parameter
                : Views.reshape(parameter, parameter.elements());
    }

    private static void check(String op, Tensor x, Shape normalised, @Nullable Tensor weight, @Nullable Tensor bias) {
        int rank = normalised.rank();
        boolean fits = rank > 0 && rank <= x.shape().rank();
        for (int d = 1; d <= rank && fits; d++) {
            fits = x.size(-d) == normalised.size(-d);
        }
        fits &= weight == null || weight.shape().equals(normalised);
        fits &= bias == null || bias.shape().equals(normalised);
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + x.shape() + " normalised="
                    + normalised + (weight == null ? "" : " weight=" + weight.shape())
                    + (bias == null ? "" : " bias=" + bias.shape())
                    + ", expected the input's last dimensions, and weight and bias of that shape; correct the shapes");
        }
    }

    private static void forward(ForwardCall<Rows> call) {
        Rows rows = call.attributes();
        WeightAndBias affine = rows.affine();
        Shape matrix = rows.matrix(call.shape());
        DType precise = WeightAndBias.ofMoments(call.dtype());
        Tensor means = rows.centred() ? Tensor.empty(precise, Shape.of(matrix.size(0))) : null;
        Tensor inverses = Tensor.empty(precise, Shape.of(matrix.size(0)));
        Tensor out = call.out(call.shape());
        try (Contiguous x = Contiguous.of(call.input(0))) {
            call.backend()
                    .rowNorm(
                            x.tensor().reshaped(matrix),
                            affine.weight(call),
                            affine.bias(call),
                            rows.epsilon(),
                            out.reshaped(matrix),
                            means,
                            inverses);
        }
        affine.save(call);
        call.saveInternal(inverses);
        if (means != null) {
            call.saveInternal(means);
        }
    }

    private static void fused(BackwardCall<Rows> call) {
        Rows rows = call.attributes();
        WeightAndBias affine = rows.affine();
        Shape matrix = rows.matrix(call.shape(0));
        WeightAndBias.Gradients gradients = affine.gradients(call);
        Tensor gradientIn = gradients.input();
        call.backend()
                .rowNormGrad(
                        Copies.contiguous(call.input(0)).reshaped(matrix),
                        affine.weight(call),
                        rows.centred() ? call.internal(1) : null,
                        call.internal(0),
                        Copies.contiguous(call.gradient()).reshaped(matrix),
                        gradientIn == null ? null : gradientIn.reshaped(matrix),
                        gradients.weight(),
                        gradients.bias());
        affine.give(call, gradients);
    }

    private static void formula(BackwardCall<Rows> call) {
        Rows rows = call.attributes();
        long[] matrix = rows.matrix(call.shape(0)).sizes();
        new NormFormula(rows.centred(), rows.epsilon(), new int[] {1}, new int[] {0})
                .give(
                        call,
                        rows.affine(),
                        Views.reshape(call.input(0), matrix),
                        rows.affine().weight(call),
                        Views.reshape(call.gradient(), matrix));
    }
}
