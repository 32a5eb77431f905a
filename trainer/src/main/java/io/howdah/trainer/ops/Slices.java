// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.ViewKind;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Views of some elements of a tensor. Their gradient is 0 everywhere else. */
public final class Slices {
    /** As the end of a slice: up to the last element. */
    public static final long END = Long.MAX_VALUE;

    static final Op<Region> SLICE = region("slice");

    static final Op<Region> SELECT = region("select");

    static final Op<Region> DIAGONAL = region("diagonal");

    static final Op<Region> UNFOLD = region("unfold");

    static final List<Op<?>> ALL = List.of(SLICE, SELECT, DIAGONAL, UNFOLD);

    /** Which elements of a tensor a view has: a function of how the tensor lies. */
    @FunctionalInterface
    interface Region {
        /** The layout of the view of a tensor of the given shape and strides. */
        Layout of(Shape shape, long[] strides);
    }

    private Slices() {}

    /** A view of the indices [start, start + length) of one dimension; a negative start counts from the end. */
    public static Tensor narrow(Tensor x, int dimension, long start, long length) {
        int index = existing("narrow", x, dimension);
        long first = start < 0 ? start + x.size(index) : start;
        if (first < 0 || length < 0 || first + length > x.size(index)) {
            throw new IllegalArgumentException("Cannot compute narrow: start=" + start + " length=" + length
                    + ", expected a range inside dimension " + index + " of " + x.shape() + "; correct the range");
        }
        return Dispatcher.view(SLICE, range(index, first, length, 1), x);
    }

    /**
     * A view of the indices start, start + step, … below end of one dimension. As in Python negative bounds count from
     * the end, and bounds outside are moved to the edge.
     *
     * @param end {@link #END} for all up to the last
     * @param step at least 1
     */
    public static Tensor slice(Tensor x, int dimension, long start, long end, long step) {
        int index = existing("slice", x, dimension);
        if (step < 1) {
            throw new IllegalArgumentException("Cannot compute slice: step=" + step
                    + ", expected at least 1; flip the tensor for a negative step");
        }
        long size = x.size(index);
        long first = bound(start, size);
        long last = bound(end, size);
        long length = Math.max(0, last - first + step - 1) / step;
        return Dispatcher.view(SLICE, range(index, first, length, step), x);
    }

    /** A view of one index of one dimension, which the result lacks; negative numbers count from the last. */
    public static Tensor select(Tensor x, int dimension, long index) {
        int place = existing("select", x, dimension);
        long size = x.size(place);
        if (index < -size || index >= size) {
            throw new IndexOutOfBoundsException("Cannot compute select: index=" + index + ", expected " + -size + " to "
                    + (size - 1) + " for dimension " + place + " of " + x.shape() + "; correct the index");
        }
        long at = index < 0 ? index + size : index;
        return Dispatcher.view(SELECT, at(place, at), x);
    }

    /**
     * A view of the diagonal of every matrix in two dimensions, which the result has last.
     *
     * @param offset 0 for the main diagonal, above 0 for those above it
     */
    public static Tensor diagonal(Tensor x, long offset, int first, int second) {
        int rows = existing("diagonal", x, first);
        int columns = existing("diagonal", x, second);
        if (rows == columns) {
            throw new IllegalArgumentException("Cannot compute diagonal: dimensions=" + first + ", " + second
                    + ", expected two different dimensions of " + x.shape() + "; correct one");
        }
        return Dispatcher.view(DIAGONAL, (shape, strides) -> diagonal(shape, strides, offset, rows, columns), x);
    }

    private static Layout diagonal(Shape shape, long[] strides, long offset, int rows, int columns) {
        long down = Math.max(0, -offset);
        long right = Math.max(0, offset);
        long length = Math.max(0, Math.min(shape.size(rows) - down, shape.size(columns) - right));
        int rank = shape.rank();
        long[] sizes = new long[rank - 1];
        long[] steps = new long[rank - 1];
        int next = 0;
        for (int d = 0; d < rank; d++) {
            if (d != rows && d != columns) {
                sizes[next] = shape.size(d);
                steps[next++] = strides[d];
            }
        }
        sizes[next] = length;
        steps[next] = strides[rows] + strides[columns];
        long start = length == 0 ? 0 : down * strides[rows] + right * strides[columns];
        return new Layout(Shape.of(sizes), steps, start);
    }

    /** The main diagonal of a matrix, or of every matrix in the first two dimensions. */
    public static Tensor diagonal(Tensor x) {
        return diagonal(x, 0, 0, 1);
    }

    /**
     * A view of all windows of {@code size} elements along one dimension, {@code step} apart; the elements of a window
     * are a new last dimension.
     */
    public static Tensor unfold(Tensor x, int dimension, long size, long step) {
        int place = Dimensions.of("unfold", x.shape(), dimension);
        long length = x.shape().rank() == 0 ? 1 : x.size(place);
        if (size < 0 || size > length || step < 1) {
            throw new IllegalArgumentException("Cannot compute unfold: size=" + size + " step=" + step
                    + ", expected 0 <= size <= " + length + " and step >= 1 for dimension " + place + " of " + x.shape()
                    + "; correct them");
        }
        return Dispatcher.view(
                UNFOLD,
                (shape, strides) -> {
                    int rank = shape.rank();
                    long[] sizes = Arrays.copyOf(shape.sizes(), rank + 1);
                    long[] steps = Arrays.copyOf(strides, rank + 1);
                    sizes[rank] = size;
                    steps[rank] = rank == 0 ? 1 : strides[place];
                    if (rank > 0) {
                        sizes[place] = (length - size) / step + 1;
                        steps[place] = strides[place] * step;
                    }
                    return new Layout(Shape.of(sizes), steps, 0);
                },
                x);
    }

    /** The indices start, start + step, … of one 0-based dimension. */
    static Region range(int dimension, long start, long length, long step) {
        return (shape, strides) -> {
            long[] steps = strides.clone();
            steps[dimension] *= step;
            long offset = length == 0 ? 0 : start * strides[dimension];
            return new Layout(Dimensions.replaced(shape, dimension, length), steps, offset);
        };
    }

    /** One index of one 0-based dimension. */
    static Region at(int dimension, long index) {
        return (shape, strides) -> {
            long[] remaining = Dimensions.without(strides, dimension);
            return new Layout(Dimensions.replaced(shape, dimension), remaining, index * strides[dimension]);
        };
    }

    /** The elements of a region without autograd. */
    static Tensor raw(Tensor x, Region region) {
        return region.of(x.shape(), x.strides()).in(x);
    }

    private static Op<Region> region(String name) {
        return Op.<Region>named(name, AutocastCategory.KEEP)
                .view(ViewKind.SINGLE, (input, region) -> new Tensor[] {raw(input, region)})
                .backward(call -> call.give(0, () -> {
                    Shape shape = call.shape(0);
                    Layout layout = call.attributes().of(shape, shape.contiguousStrides());
                    return StridedViews.spread(call.gradient(), shape, layout);
                }));
    }

    /** The 0-based dimension of a tensor that is no scalar. */
    static int existing(String op, Tensor x, int dimension) {
        int index = Dimensions.of(op, x.shape(), dimension);
        if (x.shape().rank() == 0) {
            throw new IllegalArgumentException(
                    "Cannot compute " + op + ": shape=[], expected at least one dimension; a scalar has one element");
        }
        return index;
    }

    private static long bound(long bound, long size) {
        return Math.max(0, Math.min(size, bound < 0 ? bound + size : bound));
    }
}
