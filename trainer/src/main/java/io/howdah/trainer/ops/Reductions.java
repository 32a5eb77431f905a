// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Sums and means over dimensions, which are removed. */
public final class Reductions {
    static final Op<List<Integer>> SUM = Op.<List<Integer>>named("sum", AutocastCategory.KEEP)
            .forward(
                    (inputs, dimensions) -> removed(inputs.get(0).shape(), dimensions),
                    call -> call.backend()
                            .sum(call.input(0), kept(call.out(), call.input(0).shape(), call.attributes())))
            .backward((call, gradient) -> Collections.singletonList(
                    gradient.as(spread(gradient.tensor(), call.shape(0), call.attributes()))));

    static final Op<List<Integer>> MEAN = Op.<List<Integer>>named("mean", AutocastCategory.KEEP)
            .forward((inputs, dimensions) -> removed(inputs.get(0).shape(), dimensions), call -> {
                Shape shape = call.input(0).shape();
                call.backend().sum(call.input(0), kept(call.out(), shape, call.attributes()));
                call.backend().scale(call.out(), 1.0 / count(shape, call.attributes()), 0, call.out());
            })
            .backward((call, gradient) -> {
                Tensor scaled = Tensor.empty(
                        gradient.tensor().dtype(), gradient.tensor().shape());
                call.backend().scale(gradient.tensor(), 1.0 / count(call.shape(0), call.attributes()), 0, scaled);
                return Collections.singletonList(
                        Gradient.of(scaled).as(spread(scaled, call.shape(0), call.attributes())));
            });

    static final List<Op<?>> ALL = List.of(SUM, MEAN);

    private Reductions() {}

    /** Sum of all elements, or over the given dimensions, which the result lacks. */
    public static Tensor sum(Tensor input, int... dimensions) {
        return Dispatcher.call(SUM, reduced("sum", input.shape(), dimensions), input);
    }

    /** Mean of all elements, or over the given dimensions, which the result lacks; NaN over no elements. */
    public static Tensor mean(Tensor input, int... dimensions) {
        return Dispatcher.call(MEAN, reduced("mean", input.shape(), dimensions), input);
    }

    /** The dimensions to reduce, 0-based and sorted; all where none is given. */
    private static List<Integer> reduced(String op, Shape shape, int[] dimensions) {
        if (dimensions.length == 0) {
            return IntStream.range(0, shape.rank()).boxed().toList();
        }
        List<Integer> sorted = Arrays.stream(dimensions)
                .map(dimension -> dimension < 0 ? dimension + shape.rank() : dimension)
                .distinct()
                .sorted()
                .boxed()
                .toList();
        if (sorted.size() != dimensions.length || sorted.get(0) < 0 || sorted.get(sorted.size() - 1) >= shape.rank()) {
            throw new IllegalArgumentException("Cannot compute " + op + ": dimensions=" + Arrays.toString(dimensions)
                    + ", expected distinct dimensions of " + shape + "; correct the dimensions");
        }
        return sorted;
    }

    private static Shape removed(Shape shape, List<Integer> dimensions) {
        return Shape.of(IntStream.range(0, shape.rank())
                .filter(d -> !dimensions.contains(d))
                .mapToLong(shape::size)
                .toArray());
    }

    /** The reduced tensor with size 1 in the reduced dimensions. */
    private static Tensor kept(Tensor reduced, Shape shape, List<Integer> dimensions) {
        long[] sizes = shape.sizes();
        dimensions.forEach(d -> sizes[d] = 1);
        return reduced.reshaped(Shape.of(sizes));
    }

    /** The reduced tensor stretched by strides of 0 to the shape of the input. */
    private static Tensor spread(Tensor reduced, Shape shape, List<Integer> dimensions) {
        long[] strides = new long[shape.rank()];
        int next = 0;
        for (int d = 0; d < strides.length; d++) {
            if (!dimensions.contains(d)) {
                strides[d] = reduced.stride(next++);
            }
        }
        return reduced.subview(shape, strides, 0);
    }

    private static double count(Shape shape, List<Integer> dimensions) {
        return dimensions.stream().mapToDouble(shape::size).reduce(1, (a, b) -> a * b);
    }
}
