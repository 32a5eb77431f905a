// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products. */
public final class Matrices {
    /** [M, K] · [K, N], or the same per batch. Saves each factor only where the other one needs a gradient. */
    static final Op<NoAttributes> MATMUL = Op.<NoAttributes>named("matmul", AutocastCategory.LOW)
            .dtypes(Op.NUMERIC)
            .types(Op.Types.SAME)
            .operands(2)
            .forward(call -> {
                Tensor a = call.input(0);
                Tensor b = call.input(1);
                multiply(call.backend(), a, b, call.out(productShape("matmul", a.shape(), b.shape())));
                if (call.needs(0)) {
                    call.saveInput(1);
                }
                if (call.needs(1)) {
                    call.saveInput(0);
                }
            })
            .backward(call -> {
                call.give(0, () -> product(call.gradient(), Views.transpose(call.input(1), -2, -1)));
                call.give(1, () -> product(Views.transpose(call.input(0), -2, -1), call.gradient()));
            });

    /** x · Wᵀ (+ bias). */
    static final Op<NoAttributes> LINEAR = Op.<NoAttributes>named("linear", AutocastCategory.LOW)
            .types(Op.Types.SAME)
            .operands(3)
            .forward(Matrices::linear)
            .backward(call -> {
                Tensor gradient = rows(call.gradient());
                call.give(
                        0,
                        () -> Views.reshape(
                                product(gradient, call.input(1)), call.shape(0).sizes()));
                call.give(1, () -> product(Views.transpose(gradient, 0, 1), rows(call.input(0))));
                if (call.inputs() == 3) {
                    call.give(2, () -> Reductions.sum(gradient, 0));
                }
            });

    static final List<Op<?>> ALL = List.of(MATMUL, LINEAR);

    private Matrices() {}

    /**
     * a · b with the rules of NumPy's and PyTorch's matmul: the last two dimensions are those of matrices, those before
     * are batches and broadcast, and a vector is a row on the left, a column on the right, and leaves no dimension.
     *
     * @param a […, M, K] or [K]; dtype as b, all but bool; integers wrap around
     * @param b […, K, N] or [K]
     * @return […, M, N] without the dimensions of vectors
     */
    public static Tensor matmul(Tensor a, Tensor b) {
        int rank = a.shape().rank();
        boolean plain = rank == b.shape().rank() && (rank == 2 || rank == 3 && a.size(0) == b.size(0));
        return plain
                ? product(a, b)
                : Autocasting.call(
                        AutocastCategory.LOW,
                        factors -> Composite.of(() -> BroadcastProduct.of(factors[0], factors[1])),
                        a,
                        b);
    }

    /**
     * a · b.
     *
     * @param a [M, K]
     * @param b [K, N]
     * @return [M, N]
     */
    public static Tensor mm(Tensor a, Tensor b) {
        checkRanks("mm", a, 2, b, 2);
        return product(a, b);
    }

    /**
     * a · b per batch.
     *
     * @param a [B, M, K]
     * @param b [B, K, N]
     * @return [B, M, N]
     */
    public static Tensor bmm(Tensor a, Tensor b) {
        checkRanks("bmm", a, 3, b, 3);
        return product(a, b);
    }

    /**
     * a · v; not cast to 16 bits by autocast.
     *
     * @param a [M, K]
     * @param v [K]
     * @return [M]
     */
    public static Tensor mv(Tensor a, Tensor v) {
        checkRanks("mv", a, 2, v, 1);
        return Autocasting.call(AutocastCategory.KEEP, factors -> matmul(a, v));
    }

    /**
     * Σ aₖ·bₖ; not cast to 16 bits by autocast.
     *
     * @param a [K]
     * @param b [K]
     * @return a scalar
     */
    public static Tensor dot(Tensor a, Tensor b) {
        checkRanks("dot", a, 1, b, 1);
        return Autocasting.call(AutocastCategory.KEEP, factors -> matmul(a, b));
    }

    /**
     * aᵢ·bⱼ.
     *
     * @param a [M]
     * @param b [N]
     * @return [M, N]
     */
    public static Tensor outer(Tensor a, Tensor b) {
        checkRanks("outer", a, 1, b, 1);
        return Composite.of(() -> Arithmetic.multiply(Views.reshape(a, a.elements(), 1), b));
    }

    /**
     * x · Wᵀ (+ bias).
     *
     * @param x […, K]
     * @param weight W, [N, K], or [K] for a result without N
     * @param bias [N], a scalar beside a weight [K], or null
     * @return […, N]
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (weight.shape().rank() == 1 || !x.dtype().isFloating()) {
            return Composite.of(() -> {
                Tensor product = matmul(x, weight.shape().rank() == 1 ? weight : Views.transpose(weight, -2, -1));
                return bias == null ? product : Arithmetic.add(product, bias);
            });
        }
        return bias == null
                ? Dispatcher.call(LINEAR, NoAttributes.NONE, x, weight)
                : Dispatcher.call(LINEAR, NoAttributes.NONE, x, weight, bias);
    }

    /** The product of two matrices, or of two equal batches of them. */
    static Tensor product(Tensor a, Tensor b) {
        return Dispatcher.call(MATMUL, NoAttributes.NONE, a, b);
    }

    /** out = a · b for any dtype. */
    static void multiply(Backend backend, Tensor a, Tensor b, Tensor out) {
        if (a.dtype().isFloating()) {
            backend.matmul(a, b, null, out);
        } else {
            IntegerProduct.multiply(backend, a, b, out);
        }
    }

    /** The shape of a product of matrices, or of equal batches of them. */
    static Shape productShape(String op, Shape a, Shape b) {
        boolean fits = a.rank() == b.rank() && (a.rank() == 2 || a.rank() == 3 && a.size(0) == b.size(0));
        if (!fits || a.size(-1) != b.size(-2)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": a=" + a + " b=" + b
                    + ", expected [M, K] and [K, N], or [B, M, K] and [B, K, N]; reshape or transpose one of them");
        }
        long[] sizes = a.sizes();
        sizes[sizes.length - 1] = b.size(-1);
        return Shape.of(sizes);
    }

    static void checkRanks(String op, Tensor a, int rankOfA, Tensor b, int rankOfB) {
        if (a.shape().rank() != rankOfA || b.shape().rank() != rankOfB) {
            throw new IllegalArgumentException("Cannot compute " + op + ": a=" + a.shape() + " b=" + b.shape()
                    + ", expected " + rankOfA + " and " + rankOfB + " dimensions; reshape one of them");
        }
    }

    private static void linear(ForwardCall<NoAttributes> call) {
        Tensor x = call.input(0);
        Tensor weight = call.input(1);
        Tensor bias = call.inputs() == 3 ? call.input(2) : null;
        Tensor out = call.out(linearShape(x.shape(), weight.shape(), bias));
        Shape matrix = Contiguous.matrixShape(x.shape());
        long[] strides = Views.viewStrides(x, matrix);
        Tensor rows = strides == null ? Contiguous.copy(x).reshaped(matrix) : x.subview(matrix, strides, 0);
        call.backend()
                .matmul(rows, Views.swapped(weight), bias, out.reshaped(Shape.of(matrix.size(0), weight.size(0))));
        if (strides == null) {
            rows.close();
        }
        if (call.needs(0)) {
            call.saveInput(1);
        }
        if (call.needs(1)) {
            call.saveInput(0);
        }
    }

    private static Tensor rows(Tensor x) {
        return x.shape().rank() == 2
                ? x
                : Views.reshape(x, Contiguous.matrixShape(x.shape()).sizes());
    }

    private static Shape linearShape(Shape x, Shape weight, @Nullable Tensor bias) {
        boolean fits = x.rank() >= 1 && weight.rank() == 2 && x.size(-1) == weight.size(1);
        if (!fits || bias != null && !bias.shape().equals(Shape.of(weight.size(0)))) {
            throw new IllegalArgumentException("Cannot compute linear: x=" + x + " weight=" + weight
                    + (bias == null ? "" : " bias=" + bias.shape())
                    + ", expected […, K], [N, K] and [N]; reshape or transpose one of them");
        }
        long[] sizes = Arrays.copyOf(x.sizes(), x.rank());
        sizes[sizes.length - 1] = weight.size(0);
        return Shape.of(sizes);
    }
}
