// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** β·input + α·(a · b) for matrices, batches and vectors; with β = 0 what the input holds, NaN too, does not matter. */
public final class MatrixSums {
    /** β·input + α·(a · b), of matrices or equal batches; computed wide and rounded once. */
    static final Op<Factors> ADDMM = Op.<Factors>named("addmm", AutocastCategory.LOW)
            .dtypes(Op.NUMERIC)
            .types(Op.Types.SAME)
            .operands(3)
            .forward(call -> {
                compute(call);
                if (call.needs(1)) {
                    call.saveInput(2);
                }
                if (call.needs(2)) {
                    call.saveInput(1);
                }
            })
            .backward(call -> {
                Factors factors = call.attributes();
                call.give(0, () -> scaled(Reductions.sumToSize(call.gradient(), call.shape(0)), factors.beta()));
                call.give(
                        1,
                        () -> scaled(
                                Matrices.product(call.gradient(), Views.transpose(call.input(2), -2, -1)),
                                factors.alpha()));
                call.give(
                        2,
                        () -> scaled(
                                Matrices.product(Views.transpose(call.input(1), -2, -1), call.gradient()),
                                factors.alpha()));
            });

    static final List<Op<?>> ALL = List.of(ADDMM);

    /**
     * Factors of a sum.
     *
     * @param beta of the input
     * @param alpha of the product
     */
    public record Factors(double beta, double alpha) {
        /** Both 1. */
        public static final Factors ONE = new Factors(1, 1);
    }

    private MatrixSums() {}

    /**
     * β·input + α·(a · b).
     *
     * @param input broadcasts to [M, N]
     * @param a [M, K]
     * @param b [K, N]
     * @return [M, N]
     */
    public static Tensor addmm(Tensor input, Tensor a, Tensor b, Factors factors) {
        Matrices.checkRanks("addmm", a, 2, b, 2);
        return Dispatcher.call(ADDMM, factors, input, a, b);
    }

    /**
     * β·input + α·(a · b) per batch.
     *
     * @param input broadcasts to [B, M, N]
     * @param a [B, M, K]
     * @param b [B, K, N]
     * @return [B, M, N]
     */
    public static Tensor baddbmm(Tensor input, Tensor a, Tensor b, Factors factors) {
        Matrices.checkRanks("baddbmm", a, 3, b, 3);
        return Dispatcher.call(ADDMM, factors, input, a, b);
    }

    /**
     * β·input + α·Σ over the batch of a · b.
     *
     * @param input broadcasts to [M, N]
     * @param a [B, M, K]
     * @param b [B, K, N]
     * @return [M, N]
     */
    public static Tensor addbmm(Tensor input, Tensor a, Tensor b, Factors factors) {
        Matrices.checkRanks("addbmm", a, 3, b, 3);
        Matrices.productShape("addbmm", a.shape(), b.shape());
        // The sum over the batch is a product in which the batch is part of K.
        return Composite.of(() -> Dispatcher.call(
                ADDMM,
                factors,
                input,
                Views.reshape(Views.transpose(a, 0, 1), a.size(1), a.size(0) * a.size(2)),
                Views.reshape(b, b.size(0) * b.size(1), b.size(2))));
    }

    /**
     * β·input + α·(a · v); not cast to 16 bits by autocast.
     *
     * @param input [M], [1] or a scalar
     * @param a [M, K]
     * @param v [K]
     * @return [M]
     */
    public static Tensor addmv(Tensor input, Tensor a, Tensor v, Factors factors) {
        Matrices.checkRanks("addmv", a, 2, v, 1);
        return Autocasting.call(
                AutocastCategory.KEEP,
                operands -> Composite.of(() -> {
                    Tensor sum = Dispatcher.call(
                            ADDMM, factors, column("addmv", input, a.size(0)), a, Views.reshape(v, v.elements(), 1));
                    return Views.reshape(sum, a.size(0));
                }));
    }

    /**
     * β·input + α·(a ⊗ b), the outer product; not cast to 16 bits by autocast.
     *
     * @param input broadcasts to [M, N]
     * @param a [M]
     * @param b [N]
     * @return [M, N]
     */
    public static Tensor addr(Tensor input, Tensor a, Tensor b, Factors factors) {
        Matrices.checkRanks("addr", a, 1, b, 1);
        return Autocasting.call(
                AutocastCategory.KEEP,
                operands -> Composite.of(() -> Dispatcher.call(
                        ADDMM, factors, input, Views.reshape(a, a.elements(), 1), Views.reshape(b, 1, b.elements()))));
    }

    private static Tensor column(String op, Tensor input, long rows) {
        boolean fits = input.shape().rank() < 2 && (input.elements() == 1 || input.elements() == rows);
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + input.shape()
                    + ", expected one that broadcasts to [" + rows + "]; reshape it");
        }
        return Views.reshape(input, input.elements(), 1);
    }

    private static void compute(ForwardCall<Factors> call) {
        Factors factors = call.attributes();
        Backend backend = call.backend();
        Shape shape = Matrices.productShape(
                "addmm", call.input(1).shape(), call.input(2).shape());
        Tensor input = Broadcast.expand("addmm", call.input(0), shape);
        checkIntegers(call.dtype(), factors);
        Tensor out = call.out(shape);
        if (factors.equals(Factors.ONE) && isBias(call.input(0), shape)) {
            backend.matmul(call.input(1), call.input(2), call.input(0), out);
            return;
        }
        boolean narrow = call.dtype().bytes() == 2;
        Tensor sum = narrow ? Tensor.empty(DType.FLOAT32, shape) : out;
        Matrices.multiply(backend, call.input(1), call.input(2), sum);
        scale(backend, sum, factors.alpha(), sum);
        if (factors.beta() == 1 && !narrow) {
            backend.binary(Binary.ADD, sum, input, sum);
        } else if (factors.beta() != 0) {
            try (Tensor term = Tensor.empty(sum.dtype(), call.shape())) {
                backend.convert(call.input(0), term);
                scale(backend, term, factors.beta(), term);
                backend.binary(Binary.ADD, sum, Broadcast.expand("addmm", term, shape), sum);
            }
        }
        if (narrow) {
            backend.convert(sum, out);
            sum.close();
        }
    }

    /** Whether the kernel can add the input on its way. */
    private static boolean isBias(Tensor input, Shape shape) {
        return input.dtype().isFloating() && input.shape().equals(Shape.of(shape.size(-1)));
    }

    private static void checkIntegers(DType dtype, Factors factors) {
        boolean whole = Math.rint(factors.alpha()) == factors.alpha() && Math.rint(factors.beta()) == factors.beta();
        if (!dtype.isFloating() && !whole) {
            throw new IllegalArgumentException("Cannot compute addmm: dtype=" + dtype + " factors=" + factors
                    + ", expected whole factors beside integers; convert the operands with to(dtype)");
        }
    }

    private static void scale(Backend backend, Tensor x, double factor, Tensor out) {
        if (factor == 1) {
            return;
        }
        if (x.dtype().isFloating()) {
            backend.scale(x, factor, 0, out);
        } else {
            try (Tensor scalar = Scalars.beside(x, (long) factor)) {
                backend.binary(Binary.MULTIPLY, x, Broadcast.expand("addmm", scalar, x.shape()), out);
            }
        }
    }

    private static Tensor scaled(Tensor x, double factor) {
        return factor == 1 ? x : Arithmetic.multiply(x, factor);
    }
}
