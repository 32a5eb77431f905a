// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Matrix products. */
public final class Matrices {
    private static final Set<DType> FLOATING = EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);

    static final Op<NoAttributes> MATMUL = Op.<NoAttributes>named("matmul", AutocastCategory.LOW)
            .dtypes(FLOATING)
            .operands(2)
            .forward(Matrices::matmulShape, call -> {
                call.backend().matmul(call.input(0), call.input(1), null, call.out());
                call.saveInput(0);
                call.saveInput(1);
            })
            .backward((call, gradient) -> {
                Tensor g = gradient.tensor();
                return Arrays.asList(
                        call.needs(0) ? product(call, g, Views.swapped(call.saved(1))) : null,
                        call.needs(1) ? product(call, Views.swapped(call.saved(0)), g) : null);
            });

    static final Op<NoAttributes> LINEAR = linear("linear", 2);

    static final Op<NoAttributes> LINEAR_WITH_BIAS = linear("linearWithBias", 3);

    static final List<Op<?>> ALL = List.of(MATMUL, LINEAR, LINEAR_WITH_BIAS);

    private Matrices() {}

    /**
     * a · b.
     *
     * @param a [M, K] or [B, M, K]
     * @param b [K, N] or [B, K, N]; rank as {@code a}
     * @return [M, N] or [B, M, N]
     */
    public static Tensor matmul(Tensor a, Tensor b) {
        return Dispatcher.call(MATMUL, NoAttributes.NONE, a, b);
    }

    /**
     * x · Wᵀ (+ bias).
     *
     * @param x […, K]
     * @param weight W, [N, K]
     * @param bias [N] or null
     * @return […, N]
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return bias == null
                ? Dispatcher.call(LINEAR, NoAttributes.NONE, x, weight)
                : Dispatcher.call(LINEAR_WITH_BIAS, NoAttributes.NONE, x, weight, bias);
    }

    private static Op<NoAttributes> linear(String name, int operands) {
        return Op.<NoAttributes>named(name, AutocastCategory.LOW)
                .dtypes(FLOATING)
                .operands(operands)
                .forward(Matrices::linearShape, call -> {
                    try (Contiguous x = Contiguous.of(call.input(0))) {
                        Tensor bias = call.inputs() == 3 ? call.input(2) : null;
                        Tensor out = call.out()
                                .reshaped(Contiguous.matrixShape(call.out().shape()));
                        call.backend().matmul(x.matrix(), Views.swapped(call.input(1)), bias, out);
                    }
                    call.saveInput(0);
                    call.saveInput(1);
                })
                .backward(Matrices::linearBackward);
    }

    /** gx = g · W, gW = gᵀ · x, gBias = Σ rows of g, with g and x as matrices. */
    private static List<@Nullable Gradient> linearBackward(BackwardCall<NoAttributes> call, Gradient gradient) {
        try (Contiguous g = Contiguous.of(gradient.tensor());
                Contiguous x = Contiguous.of(call.saved(0))) {
            Gradient[] results = new Gradient[call.inputs()];
            if (call.needs(0)) {
                Tensor result = Tensor.empty(call.dtype(0), call.shape(0));
                call.backend()
                        .matmul(
                                g.matrix(),
                                call.saved(1),
                                null,
                                result.reshaped(Contiguous.matrixShape(result.shape())));
                results[0] = Gradient.of(result);
            }
            if (call.needs(1)) {
                results[1] = product(call, Views.swapped(g.matrix()), x.matrix());
            }
            if (call.inputs() == 3 && call.needs(2)) {
                results[2] = Gradient.of(columnSums(call, g.matrix()));
            }
            return Arrays.asList(results);
        }
    }

    private static Tensor columnSums(BackwardCall<NoAttributes> call, Tensor matrix) {
        boolean narrow = matrix.dtype().bytes() == 2;
        Tensor wide = narrow ? Casts.to(matrix, DType.FLOAT32) : matrix;
        Tensor sums = Tensor.empty(wide.dtype(), Shape.of(matrix.size(1)));
        call.backend().sum(wide, sums.reshaped(Shape.of(1, matrix.size(1))));
        if (narrow) {
            wide.close();
        }
        return sums;
    }

    private static Gradient product(BackwardCall<NoAttributes> call, Tensor a, Tensor b) {
        long[] sizes = a.shape().sizes();
        sizes[sizes.length - 1] = b.size(-1);
        Tensor out = Tensor.empty(a.dtype(), Shape.of(sizes));
        call.backend().matmul(a, b, null, out);
        return Gradient.of(out);
    }

    private static Shape matmulShape(List<Tensor> inputs, NoAttributes none) {
        Shape a = inputs.get(0).shape();
        Shape b = inputs.get(1).shape();
        boolean fits = a.rank() == b.rank() && (a.rank() == 2 || a.rank() == 3 && a.size(0) == b.size(0));
        if (!fits || a.size(-1) != b.size(-2)) {
            throw new IllegalArgumentException("Cannot compute matmul: a=" + a + " b=" + b
                    + ", expected [M, K] and [K, N], or [B, M, K] and [B, K, N]; reshape or transpose one of them");
        }
        long[] sizes = a.sizes();
        sizes[sizes.length - 1] = b.size(-1);
        return Shape.of(sizes);
    }

    private static Shape linearShape(List<Tensor> inputs, NoAttributes none) {
        Shape x = inputs.get(0).shape();
        Shape weight = inputs.get(1).shape();
        Shape bias = inputs.size() == 3 ? inputs.get(2).shape() : null;
        boolean fits = x.rank() >= 1 && weight.rank() == 2 && x.size(-1) == weight.size(1);
        if (!fits || bias != null && !bias.equals(Shape.of(weight.size(0)))) {
            throw new IllegalArgumentException("Cannot compute linear: x=" + x + " weight=" + weight
                    + (bias == null ? "" : " bias=" + bias)
                    + ", expected […, K], [N, K] and [N]; reshape or transpose one of them");
        }
        long[] sizes = x.sizes();
        sizes[sizes.length - 1] = weight.size(0);
        return Shape.of(sizes);
    }
}
