// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Other views of the same elements. */
public final class Views {
    static final Op<Shape> RESHAPE = Op.<Shape>named("reshape", AutocastCategory.KEEP)
            .view(Views::reshaped)
            .backward((call, gradient) -> {
                Tensor g = gradient.tensor();
                return Collections.singletonList(
                        g.isContiguous()
                                ? gradient.as(g.reshaped(call.shape(0)))
                                : Gradient.of(Contiguous.copy(g).reshaped(call.shape(0))));
            });

    static final Op<Dimensions> TRANSPOSE = Op.<Dimensions>named("transpose", AutocastCategory.KEEP)
            .view((input, pair) -> swapped(input, pair.first(), pair.second()))
            .backward((call, gradient) -> {
                Dimensions pair = call.attributes();
                return Collections.singletonList(gradient.as(swapped(gradient.tensor(), pair.first(), pair.second())));
            });

    static final Op<Range> NARROW = Op.<Range>named("narrow", AutocastCategory.KEEP)
            .view(Views::narrowed)
            .backward((call, gradient) -> {
                Tensor result = Tensor.zeros(gradient.tensor().dtype(), call.shape(0));
                Backends.current().convert(gradient.tensor(), narrowed(result, call.attributes()));
                return Collections.singletonList(Gradient.of(result));
            });

    static final List<Op<?>> ALL = List.of(RESHAPE, TRANSPOSE, NARROW);

    /** Two dimensions, both 0-based. */
    record Dimensions(int first, int second) {}

    /** {@code length} indices of one dimension from {@code start} on. */
    record Range(int dimension, long start, long length) {}

    private Views() {}

    /**
     * The elements in row-major order under another shape: a view of a contiguous tensor, else a copy.
     *
     * @param sizes one of them may be −1 and is then computed
     */
    public static Tensor reshape(Tensor input, long... sizes) {
        return Dispatcher.call(RESHAPE, completed(input, sizes), input);
    }

    /** A view with two dimensions swapped; negative numbers count from the last. */
    public static Tensor transpose(Tensor input, int first, int second) {
        int a = dimension("transpose", input, first);
        int b = dimension("transpose", input, second);
        return Dispatcher.call(TRANSPOSE, new Dimensions(a, b), input);
    }

    /** A view of the indices [start, start + length) of one dimension. */
    public static Tensor narrow(Tensor input, int dimension, long start, long length) {
        int index = dimension("narrow", input, dimension);
        if (start < 0 || length < 0 || start + length > input.size(index)) {
            throw new IllegalArgumentException("Cannot compute narrow: start=" + start + " length=" + length
                    + ", expected a range inside the " + input.size(index) + " indices of dimension " + index + " of "
                    + input.shape() + "; correct the range");
        }
        return Dispatcher.call(NARROW, new Range(index, start, length), input);
    }

    /** The last two dimensions swapped, without autograd. */
    static Tensor swapped(Tensor input) {
        return swapped(input, input.shape().rank() - 2, input.shape().rank() - 1);
    }

    private static Tensor swapped(Tensor input, int first, int second) {
        long[] sizes = input.shape().sizes();
        long[] strides = input.strides();
        sizes[first] = input.size(second);
        sizes[second] = input.size(first);
        strides[first] = input.stride(second);
        strides[second] = input.stride(first);
        return input.subview(Shape.of(sizes), strides, 0);
    }

    private static Tensor narrowed(Tensor input, Range range) {
        long[] sizes = input.shape().sizes();
        sizes[range.dimension()] = range.length();
        return input.subview(Shape.of(sizes), input.strides(), range.start() * input.stride(range.dimension()));
    }

    private static Tensor reshaped(Tensor input, Shape shape) {
        return (input.isContiguous() ? input : Contiguous.copy(input)).reshaped(shape);
    }

    private static Shape completed(Tensor input, long[] sizes) {
        long[] complete = sizes.clone();
        int open = -1;
        long product = 1;
        for (int d = 0; d < sizes.length; d++) {
            if (sizes[d] == -1 && open < 0) {
                open = d;
            } else {
                product *= sizes[d];
            }
        }
        if (open >= 0 && product > 0) {
            complete[open] = input.elements() / product;
            product *= complete[open];
        }
        if (product != input.elements() || open >= 0 && complete[open] < 0) {
            throw new IllegalArgumentException("Cannot compute reshape: shape=" + input.shape() + " to "
                    + Arrays.toString(sizes) + ", expected " + input.elements()
                    + " elements and at most one -1; correct the sizes");
        }
        return Shape.of(complete);
    }

    private static int dimension(String op, Tensor input, int dimension) {
        int rank = input.shape().rank();
        if (dimension < -rank || dimension >= rank) {
            throw new IllegalArgumentException("Cannot compute " + op + ": dimension=" + dimension
                    + ", expected one of the " + rank + " dimensions of " + input.shape() + "; correct the dimension");
        }
        return dimension < 0 ? dimension + rank : dimension;
    }
}
