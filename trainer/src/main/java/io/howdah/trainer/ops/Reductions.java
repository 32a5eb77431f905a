// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Sums and means over dimensions. */
public final class Reductions {
    static final Op<Over> SUM = Op.<Over>named("sum", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> {
                DType dtype = call.dtype().isFloating() ? call.dtype() : DType.INT64;
                Tensor x = Casts.to(call.input(0), dtype);
                call.attributes()
                        .reduce(
                                call,
                                Reduction.SUM,
                                x,
                                call.out(dtype, call.attributes().result(call.shape())));
                call.discard(x);
            })
            .backward(call -> call.give(0, () -> call.attributes().spread(call.gradient(), call.shape(0))));

    /** The sum over the number of elements; accumulated and divided before the result is rounded. */
    static final Op<Over> MEAN = Op.<Over>named("mean", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                Over over = call.attributes();
                Tensor out = call.out(over.result(call.shape()));
                over.reduce(call, Reduction.SUM, call.input(0), out);
                call.backend().scale(out, 1.0 / over.count(call.shape()), -0.0, out);
            })
            .backward(call -> call.give(0, () -> {
                Over over = call.attributes();
                Tensor share = Arithmetic.multiply(call.gradient(), 1.0 / over.count(call.shape(0)));
                return over.spread(share, call.shape(0));
            }));

    static final List<Op<?>> ALL = List.of(SUM, MEAN);

    /**
     * Which dimensions are reduced.
     *
     * @param flags per dimension whether it is
     * @param keep whether it stays with size 1
     */
    record Over(boolean[] flags, boolean keep) {
        static Over of(String op, Tensor x, boolean keep, int... dimensions) {
            return new Over(Dimensions.flags(op, x.shape(), dimensions), keep);
        }

        /** The same dimensions, which stay with size 1. */
        Over keeping() {
            return new Over(flags, true);
        }

        Shape result(Shape shape) {
            return Dimensions.reduced(shape, flags, keep);
        }

        /** How many elements make one. */
        long count(Shape shape) {
            long count = 1;
            for (int d = 0; d < flags.length; d++) {
                count *= flags[d] ? shape.size(d) : 1;
            }
            return count;
        }

        /** out = the reduction of x; out has the shape {@link #result}. */
        void reduce(ForwardCall<?> call, Reduction function, Tensor x, Tensor out) {
            call.backend().reduce(function, x, out.reshaped(Dimensions.reduced(x.shape(), flags, true)));
        }

        /** The result, or its gradient, with size 1 in the reduced dimensions. */
        Tensor kept(Tensor result, Shape shape) {
            return keep
                    ? result
                    : Views.reshape(
                            result, Dimensions.reduced(shape, flags, true).sizes());
        }

        /** The result, or its gradient, stretched to the shape of the input. */
        Tensor spread(Tensor result, Shape shape) {
            return Views.expand(kept(result, shape), shape.sizes());
        }
    }

    private Reductions() {}

    /** Sum of all elements, or over the given dimensions, which the result lacks; integers and bool give int64. */
    public static Tensor sum(Tensor x, int... dimensions) {
        return sum(x, false, dimensions);
    }

    /** Sum over the given dimensions, or all, which stay with size 1 if {@code keep}; integers and bool give int64. */
    public static Tensor sum(Tensor x, boolean keep, int... dimensions) {
        return Dispatcher.call(SUM, Over.of("sum", x, keep, dimensions), x);
    }

    /** {@link #sum(Tensor, boolean, int...)} after a conversion to {@code dtype}. */
    public static Tensor sum(Tensor x, DType dtype, boolean keep, int... dimensions) {
        return Composite.of(() -> sum(Casts.to(x, dtype), keep, dimensions));
    }

    /** Mean of all elements, or over the given dimensions, which the result lacks; NaN over no elements. */
    public static Tensor mean(Tensor x, int... dimensions) {
        return mean(x, false, dimensions);
    }

    /** Mean over the given dimensions, or all, which stay with size 1 if {@code keep}. */
    public static Tensor mean(Tensor x, boolean keep, int... dimensions) {
        checkFloating("mean", x.dtype());
        return Dispatcher.call(MEAN, Over.of("mean", x, keep, dimensions), x);
    }

    /** {@link #mean(Tensor, boolean, int...)} after a conversion to {@code dtype}, which has to be floating-point. */
    public static Tensor mean(Tensor x, DType dtype, boolean keep, int... dimensions) {
        checkFloating("mean", dtype);
        return Composite.of(() -> mean(Casts.to(x, dtype), keep, dimensions));
    }

    /** Refuses integers, whose result would hardly ever be one. */
    static void checkFloating(String op, DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("Cannot compute " + op + ": dtype=" + dtype
                    + ", expected a floating-point dtype; convert it with to(dtype)");
        }
    }

    /** Sum over the dimensions along which a tensor of {@code shape} is broadcast to that of {@code x}. */
    static Tensor sumToSize(Tensor x, Shape shape) {
        boolean[] flags = new boolean[x.shape().rank()];
        int missing = flags.length - shape.rank();
        for (int d = 0; d < flags.length; d++) {
            flags[d] = d < missing || shape.size(d - missing) == 1 && x.size(d) != 1;
        }
        return Views.reshape(Dispatcher.call(SUM, new Over(flags, false), x), shape.sizes());
    }
}
