// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.ops.Extremes.Indexed;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Orders along one dimension, stable; NaN counts as largest. Gradients go to where the elements came from. */
public final class Sorting {
    /** The first {@code count} elements in order, and their indices. */
    static final Op<Order> SORT = Op.<Order>named("sort", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .forward(Sorting::sort)
            .backward(call -> call.give(0, () -> {
                Tensor zeros = Tensor.zeros(call.gradient().dtype(), call.shape(0));
                return Scatters.scatterAddInPlace(
                        zeros, call.attributes().dimension(), call.output(1).detached(), call.gradient());
            }));

    static final List<Op<?>> ALL = List.of(SORT);

    /**
     * @param dimension 0-based
     * @param count how many of the sorted elements are wanted
     */
    record Order(int dimension, boolean descending, long count) {}

    private Sorting() {}

    /** All elements in order, with their indices (int64). */
    public static Indexed sort(Tensor x, int dimension, boolean descending) {
        int index = Dimensions.of("sort", x.shape(), dimension);
        return ordered(x, new Order(index, descending, length(x, index)));
    }

    /** The indices, int64, of all elements in order. */
    public static Tensor argSort(Tensor x, int dimension, boolean descending) {
        return Composite.of(() -> sort(x.detached(), dimension, descending).indices());
    }

    /** The {@code count} largest elements in descending order, or smallest in ascending order, with their indices. */
    public static Indexed topK(Tensor x, long count, int dimension, boolean largest) {
        int index = Dimensions.of("topK", x.shape(), dimension);
        checkCount("topK", x, count, 0, index);
        return ordered(x, new Order(index, largest, count));
    }

    /** The {@code position}-th smallest element, counted from 1, with its index. */
    public static Indexed kthValue(Tensor x, long position, int dimension, boolean keep) {
        int index = Dimensions.of("kthValue", x.shape(), dimension);
        checkCount("kthValue", x, position, 1, index);
        return picked(x, index, keep, sorted -> {
            Tensor places = Tensor.empty(DType.INT64, kept(sorted.shape(), index));
            return Copies.fillInPlace(places, position - 1);
        });
    }

    /** The median, of an even number the lower one, with its index; NaN where an element is. */
    public static Indexed median(Tensor x, int dimension, boolean keep) {
        int index = Dimensions.of("median", x.shape(), dimension);
        checkCount("median", x, 1, 1, index);
        return picked(x, index, keep, sorted -> {
            long size = sorted.size(index);
            Tensor last = Slices.narrow(sorted.detached(), index, size - 1, 1);
            return Selection.where(Comparisons.isNan(last), size - 1, (size - 1) / 2);
        });
    }

    /** The median of all elements, of an even number the lower one; NaN where an element is. */
    public static Tensor median(Tensor x) {
        return Composite.of(
                () -> median(Views.reshape(x, x.elements()), 0, false).values());
    }

    /** Which of the sorted elements are taken: indices along the dimension, which has size 1. */
    private interface Choice {
        Tensor of(Tensor sorted);
    }

    private static Indexed picked(Tensor x, int dimension, boolean keep, Choice choice) {
        boolean scalar = x.shape().rank() == 0;
        List<Tensor> results = Composite.listOf(() -> {
            Indexed sorted = sort(scalar ? Views.reshape(x, 1) : x, dimension, false);
            Tensor places = choice.of(sorted.values());
            return List.of(
                    Scatters.gather(sorted.values(), dimension, places),
                    Scatters.gather(sorted.indices(), dimension, places));
        });
        boolean[] flags = new boolean[x.shape().rank()];
        if (!scalar) {
            flags[dimension] = true;
        }
        long[] sizes = Dimensions.reduced(x.shape(), flags, keep).sizes();
        return new Indexed(Views.reshape(results.get(0), sizes), Views.reshape(results.get(1), sizes));
    }

    private static Shape kept(Shape shape, int dimension) {
        long[] sizes = shape.sizes();
        sizes[dimension] = 1;
        return Shape.of(sizes);
    }

    private static Indexed ordered(Tensor x, Order order) {
        List<Tensor> results = Dispatcher.callAll(SORT, order, x);
        return new Indexed(results.get(0), results.get(1));
    }

    private static long length(Tensor x, int dimension) {
        return x.shape().rank() == 0 ? 1 : x.size(dimension);
    }

    private static void checkCount(String op, Tensor x, long count, long least, int dimension) {
        long length = length(x, dimension);
        if (count < least || count > length) {
            throw new IllegalArgumentException("Cannot compute " + op + ": k=" + count + " shape=" + x.shape()
                    + " dimension=" + dimension + ", expected " + least + " <= k <= " + length + "; correct k");
        }
    }

    private static void sort(ForwardCall<Order> call) {
        Order order = call.attributes();
        Tensor x = call.input(0);
        boolean scalar = x.shape().rank() == 0;
        Tensor lines = scalar ? x.reshaped(Shape.of(1)) : x;
        long[] sizes = lines.shape().sizes();
        sizes[order.dimension()] = order.count();
        Shape shape = Shape.of(sizes);
        Shape result = scalar && order.count() == 1 ? Shape.of() : shape;
        Tensor values = call.out(result);
        Tensor indices = call.out(DType.INT64, result);
        if (shape.equals(lines.shape())) {
            call.backend()
                    .sort(
                            lines,
                            order.dimension(),
                            order.descending(),
                            values.reshaped(shape),
                            indices.reshaped(shape));
        } else if (order.count() == 1 && order.descending()) {
            call.backend().argReduce(true, lines, order.dimension(), values, indices);
        } else if (shape.elements() > 0) {
            sortAll(call, lines, values, indices);
        }
        call.saveOutput(1);
    }

    /** Sorts elsewhere and keeps what is wanted. */
    private static void sortAll(ForwardCall<Order> call, Tensor lines, Tensor values, Tensor indices) {
        Order order = call.attributes();
        try (Tensor allValues = Tensor.empty(lines.dtype(), lines.shape());
                Tensor allIndices = Tensor.empty(DType.INT64, lines.shape())) {
            call.backend().sort(lines, order.dimension(), order.descending(), allValues, allIndices);
            call.backend().convert(allValues.subview(values.shape(), allValues.strides(), 0), values);
            call.backend().convert(allIndices.subview(values.shape(), allIndices.strides(), 0), indices);
        }
    }
}
