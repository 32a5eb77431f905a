// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Softmax over one dimension, and its logarithm. */
public final class Softmaxes {
    /** y; derivative: y·(g − Σ g·y). */
    static final Op<Over> SOFTMAX = softmax("softmax", false);

    /** y = ln softmax; derivative: g − eʸ·Σ g. */
    static final Op<Over> LOG_SOFTMAX = softmax("logSoftmax", true);

    static final List<Op<?>> ALL = List.of(SOFTMAX, LOG_SOFTMAX);

    /** The dimension, 0-based. */
    record Over(int dimension) {
        /** A view in which it is the last one. */
        Tensor last(Tensor x) {
            int last = x.shape().rank() - 1;
            if (last < 0) {
                return x.reshaped(Shape.of(1));
            }
            long[] sizes = x.shape().sizes();
            long[] strides = x.strides();
            sizes[dimension] = x.size(last);
            strides[dimension] = x.stride(last);
            sizes[last] = x.size(dimension);
            strides[last] = x.stride(dimension);
            return x.subview(Shape.of(sizes), strides, 0);
        }
    }

    private Softmaxes() {}

    /** y[i] = exp x[i] / Σ_j exp x[j] over one dimension; a row of −∞ alone gives NaN. */
    public static Tensor softmax(Tensor x, int dimension) {
        return Dispatcher.call(SOFTMAX, over("softmax", x, dimension), x);
    }

    /** {@link #softmax(Tensor, int)} of {@code x} converted to {@code dtype}. */
    public static Tensor softmax(Tensor x, int dimension, DType dtype) {
        return Composite.of(() -> softmax(Casts.to(x, dtype), dimension));
    }

    /** y[i] = x[i] − ln Σ_j exp x[j] over one dimension. */
    public static Tensor logSoftmax(Tensor x, int dimension) {
        return Dispatcher.call(LOG_SOFTMAX, over("logSoftmax", x, dimension), x);
    }

    /** {@link #logSoftmax(Tensor, int)} of {@code x} converted to {@code dtype}. */
    public static Tensor logSoftmax(Tensor x, int dimension, DType dtype) {
        return Composite.of(() -> logSoftmax(Casts.to(x, dtype), dimension));
    }

    /** softmax(−x) over one dimension. */
    public static Tensor softmin(Tensor x, int dimension) {
        return Composite.of(() -> softmax(Arithmetic.negate(x), dimension));
    }

    private static Over over(String op, Tensor x, int dimension) {
        return new Over(Dimensions.of(op, x.shape(), dimension));
    }

    private static Op<Over> softmax(String name, boolean logarithm) {
        return Op.<Over>named(name, AutocastCategory.KEEP)
                .forward(call -> {
                    Over over = call.attributes();
                    Tensor out = call.out(call.shape());
                    call.backend().softmax(logarithm, over.last(call.input(0)), over.last(out));
                    call.saveOutput(0);
                })
                .backward(call ->
                        call.give(0, () -> GradMode.isEnabled() ? formula(call, logarithm) : fused(call, logarithm)));
    }

    private static Tensor fused(BackwardCall<Over> call, boolean logarithm) {
        Over over = call.attributes();
        Tensor y = call.output(0);
        Tensor result = Tensor.empty(y.dtype(), y.shape());
        call.backend().softmaxGrad(logarithm, over.last(y), over.last(call.gradient()), over.last(result));
        return result;
    }

    private static Tensor formula(BackwardCall<Over> call, boolean logarithm) {
        int dimension = call.attributes().dimension();
        Tensor y = call.output(0);
        Tensor g = call.gradient();
        if (logarithm) {
            Tensor sum = Reductions.sum(g, true, dimension);
            return Arithmetic.subtract(g, Arithmetic.multiply(Functions.exp(y), sum));
        }
        Tensor sum = Reductions.sum(Arithmetic.multiply(g, y), true, dimension);
        return Arithmetic.multiply(y, Arithmetic.subtract(g, sum));
    }
}
