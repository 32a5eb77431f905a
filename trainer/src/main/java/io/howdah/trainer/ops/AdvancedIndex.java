// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements that index tensors select, without autograd. The indexed dimensions become one, which is read, or written,
 * by flat indices: adjacent ones stay where they are, others move to the front, as in NumPy.
 */
final class AdvancedIndex implements AutoCloseable {
    private final String op;
    private final Shape result;

    /** The dimensions with the indexed ones together. */
    private final int[] order;

    /** The shape in that order with the indexed dimensions as one. */
    private final Shape merged;

    /** Which dimension of {@link #merged} is indexed. */
    private final int place;

    /** Flat indices, int64 [n]. */
    private final Tensor indices;

    /**
     * What is indexed.
     *
     * @param dimensions the indexed dimensions, ascending, one per index tensor; none if one index tensor counts all
     *     elements in row-major order
     * @param fromEnd whether indices below 0 count from the end; else they are refused
     */
    record Pick(int[] dimensions, boolean fromEnd) {
        static Pick of(int dimension) {
            return new Pick(new int[] {dimension}, false);
        }

        static Pick flat() {
            return new Pick(new int[0], true);
        }
    }

    private AdvancedIndex(String op, Shape shape, Pick pick, List<Tensor> tensors) {
        this.op = op;
        int[] dimensions = pick.dimensions();
        int rank = shape.rank();
        boolean flat = dimensions.length == 0;
        int count = flat ? rank : dimensions.length;
        int first = flat ? 0 : dimensions[0];
        this.place = flat || dimensions[count - 1] - first == count - 1 ? first : 0;
        this.order = order(rank, dimensions, place);
        long[] sizes = new long[rank];
        for (int d = 0; d < rank; d++) {
            sizes[d] = shape.size(order[d]);
        }
        Shape ordered = Shape.of(sizes);
        this.merged = Dimensions.merged(ordered, place, place + count - 1);
        Shape common = tensors.get(0).shape();
        for (Tensor tensor : tensors) {
            common = Broadcast.shape(op, common, tensor.shape());
        }
        long[] bounds = new long[tensors.size()];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = flat ? shape.elements() : shape.size(dimensions[i]);
        }
        this.indices = Indices.flat(op, tensors, common, bounds, pick.fromEnd());
        this.result = Dimensions.replaced(merged, place, common.sizes());
    }

    /** Checks the indices of the inputs of a call from number {@code first} on. */
    static AdvancedIndex of(ForwardCall<?> call, String op, Shape shape, Pick pick, int first) {
        Tensor[] tensors = new Tensor[call.inputs() - first];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = call.input(first + i);
        }
        return new AdvancedIndex(op, shape, pick, List.of(tensors));
    }

    private static int[] order(int rank, int[] dimensions, int place) {
        int[] order = new int[rank];
        boolean[] indexed = new boolean[rank];
        int next = place;
        for (int dimension : dimensions) {
            order[next++] = dimension;
            indexed[dimension] = true;
        }
        next = 0;
        for (int d = 0; d < rank; d++) {
            if (!indexed[d]) {
                next = next == place ? place + dimensions.length : next;
                order[next++] = d;
            }
        }
        return order;
    }

    /** Shape of the result: in place of the indexed dimensions, or at the front, the common shape of the indices. */
    Shape result() {
        return result;
    }

    /** out = the selected elements of x. */
    void read(Tensor x, Tensor out) {
        Tensor ordered = Views.permuted(x, order);
        long[] strides = Views.viewStrides(ordered, merged);
        Tensor source =
                strides == null ? Contiguous.copy(ordered).reshaped(merged) : ordered.subview(merged, strides, 0);
        select(source, place, indices, out.reshaped(picked()));
        if (strides == null) {
            source.close();
        }
    }

    /** The selected elements of the target ∘= values, broadcast to {@link #result}. */
    void write(Scatter function, Tensor target, Tensor values) {
        Tensor ordered = Views.permuted(target, order);
        long[] strides = Views.viewStrides(ordered, merged);
        Tensor whole =
                strides == null ? Contiguous.copy(ordered).reshaped(merged) : ordered.subview(merged, strides, 0);
        Tensor expanded = Broadcast.expand(op, values, result);
        long[] steps = Views.viewStrides(expanded, picked());
        Tensor source =
                steps == null ? Contiguous.copy(expanded).reshaped(picked()) : expanded.subview(picked(), steps, 0);
        scatter(function, whole, place, indices, source);
        if (steps == null) {
            source.close();
        }
        if (strides == null) {
            Backends.current().convert(whole.reshaped(ordered.shape()), ordered);
            whole.close();
        }
    }

    private Shape picked() {
        return Dimensions.replaced(merged, place, indices.elements());
    }

    @Override
    public void close() {
        indices.close();
    }

    /** out[…, i, …] = x[…, indices[i], …]; indices int64 [n]. */
    static void select(Tensor x, int dimension, Tensor indices, Tensor out) {
        Tensor from = blocks(x, dimension);
        Tensor to = blocks(out, dimension);
        Backend backend = Backends.current();
        if (from == null || to == null || from.size(2) == 1) {
            backend.gather(x, dimension, along(indices, dimension, out.shape()), out);
            return;
        }
        for (long i = 0; i < from.size(0); i++) {
            Slices.Region block = Slices.at(0, i);
            backend.gatherRows(Slices.raw(from, block), indices, Slices.raw(to, block));
        }
    }

    /** target[…, indices[i], …] ∘= source[…, i, …]; indices int64 [n]. */
    static void scatter(Scatter function, Tensor target, int dimension, Tensor indices, Tensor source) {
        Tensor to = blocks(target, dimension);
        Tensor from = blocks(source, dimension);
        Backend backend = Backends.current();
        if (function != Scatter.ADD || from == null || to == null || from.size(2) == 1) {
            backend.scatter(function, target, dimension, along(indices, dimension, source.shape()), source);
            return;
        }
        for (long i = 0; i < from.size(0); i++) {
            Slices.Region block = Slices.at(0, i);
            backend.scatterAddRows(Slices.raw(from, block), indices, Slices.raw(to, block));
        }
    }

    /** The tensor as [dimensions before, dimension, dimensions after]; null where that needs a copy. */
    private static @Nullable Tensor blocks(Tensor x, int dimension) {
        long before = 1;
        long after = 1;
        for (int d = 0; d < x.shape().rank(); d++) {
            before *= d < dimension ? x.size(d) : 1;
            after *= d > dimension ? x.size(d) : 1;
        }
        Shape shape = Shape.of(before, x.size(dimension), after);
        long[] strides = Views.viewStrides(x, shape);
        return strides == null ? null : x.subview(shape, strides, 0);
    }

    /** The indices, which vary along one dimension, in the shape of all elements. */
    private static Tensor along(Tensor indices, int dimension, Shape shape) {
        long[] strides = new long[shape.rank()];
        strides[dimension] = 1;
        return indices.subview(shape, strides, 0);
    }
}
