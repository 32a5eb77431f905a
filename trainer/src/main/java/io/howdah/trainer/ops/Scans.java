// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Scan;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Running sums and products along one dimension. Integers and bool give int64. */
public final class Scans {
    /** The gradient of a running sum is the running sum of gradients from the other end. */
    static final Op<Integer> CUMULATIVE_SUM = Op.<Integer>named("cumulativeSum", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> run(call, Scan.SUM))
            .backward(call -> call.give(0, () -> sumFromEnd(call.gradient(), call.attributes())));

    static final List<Op<?>> ALL = List.of(CUMULATIVE_SUM, Products.CUMULATIVE_PRODUCT);

    private Scans() {}

    /** out[i] = x[0] + … + x[i] along a dimension. */
    public static Tensor cumulativeSum(Tensor x, int dimension) {
        int index = Dimensions.of("cumulativeSum", x.shape(), dimension);
        return Dispatcher.call(CUMULATIVE_SUM, index, x);
    }

    /** {@link #cumulativeSum(Tensor, int)} after a conversion to {@code dtype}. */
    public static Tensor cumulativeSum(Tensor x, int dimension, DType dtype) {
        return Composite.of(() -> cumulativeSum(Casts.to(x, dtype), dimension));
    }

    /** out[i] = x[i] + … + x[n − 1] along a dimension. */
    static Tensor sumFromEnd(Tensor x, int dimension) {
        return Composite.of(() -> Repetition.flip(cumulativeSum(Repetition.flip(x, dimension), dimension), dimension));
    }

    /** out[i] = x[0] · … · x[i] along a dimension. The gradient is exact where elements are 0, too. */
    public static Tensor cumulativeProduct(Tensor x, int dimension) {
        int index = Dimensions.of("cumulativeProduct", x.shape(), dimension);
        return Dispatcher.call(Products.CUMULATIVE_PRODUCT, index, x);
    }

    /** {@link #cumulativeProduct(Tensor, int)} after a conversion to {@code dtype}. */
    public static Tensor cumulativeProduct(Tensor x, int dimension, DType dtype) {
        return Composite.of(() -> cumulativeProduct(Casts.to(x, dtype), dimension));
    }

    /** The kernel, which wants integers as int64, and a dimension, which scalars lack. */
    static void run(ForwardCall<Integer> call, Scan scan) {
        DType dtype = call.dtype().isFloating() ? call.dtype() : DType.INT64;
        Tensor out = call.out(dtype, call.shape());
        Tensor x = Casts.to(call.input(0), dtype);
        if (call.shape().rank() == 0) {
            call.backend().scan(scan, x.reshaped(Shape.of(1)), 0, out.reshaped(Shape.of(1)));
        } else {
            call.backend().scan(scan, x, call.attributes(), out);
        }
        call.discard(x);
    }
}
