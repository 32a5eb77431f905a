// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.ViewKind;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All elements of a tensor under other shapes and orders of dimensions; views wherever that is possible. */
public final class Views {
    /** The elements of a tensor under another shape, where no copy is needed. */
    static final Op<Layout> VIEW = Op.<Layout>named("view", AutocastCategory.KEEP)
            .view(ViewKind.SINGLE, (input, layout) -> new Tensor[] {layout.in(input)})
            .backward(call ->
                    call.give(0, () -> reshape(call.gradient(), call.shape(0).sizes())));

    /** Dimension d of the view is dimension order[d] of the tensor. */
    static final Op<int[]> PERMUTE = Op.<int[]>named("permute", AutocastCategory.KEEP)
            .view(ViewKind.SINGLE, (input, order) -> new Tensor[] {permuted(input, order)})
            .backward(call -> call.give(0, () -> permute(call.gradient(), inverse(call.attributes()))));

    /** A view stretched by strides of 0; the engine sums its gradient. */
    static final Op<Shape> EXPAND = Op.<Shape>named("expand", AutocastCategory.KEEP)
            .view(ViewKind.SINGLE, (input, shape) ->
                    new Tensor[] {Broadcast.expand("expand", input, shape).detached()})
            .backward(call -> call.give(0, call::gradient));

    static final List<Op<?>> ALL = List.of(VIEW, PERMUTE, EXPAND);

    private Views() {}

    /**
     * The elements in row-major order under another shape; shares memory.
     *
     * @param sizes one of them may be −1 and is then computed
     * @throws IllegalArgumentException if the elements do not lie so that this is possible without a copy
     */
    public static Tensor view(Tensor x, long... sizes) {
        Shape shape = completed("view", x, sizes);
        long[] strides = viewStrides(x, shape);
        if (strides == null) {
            throw new IllegalArgumentException("Cannot compute view: shape=" + x.shape() + " strides="
                    + Arrays.toString(x.strides()) + " to " + shape + ", expected dimensions that lie end to end where"
                    + " they are merged; use reshape");
        }
        return Dispatcher.view(VIEW, new Layout(shape, strides, 0), x);
    }

    /**
     * The elements in row-major order under another shape: a view where possible, else a copy.
     *
     * @param sizes one of them may be −1 and is then computed
     */
    public static Tensor reshape(Tensor x, long... sizes) {
        Shape shape = completed("reshape", x, sizes);
        long[] strides = viewStrides(x, shape);
        if (strides == null) {
            return Dispatcher.view(VIEW, Layout.contiguous(shape), Copies.clone(x));
        }
        return Dispatcher.view(VIEW, new Layout(shape, strides, 0), x);
    }

    /** The dimensions from first to last, both included, as one; a view where possible. A scalar becomes [1]. */
    public static Tensor flatten(Tensor x, int first, int last) {
        int from = Dimensions.of("flatten", x.shape(), first);
        int to = Dimensions.of("flatten", x.shape(), last);
        if (from > to) {
            throw new IllegalArgumentException("Cannot compute flatten: first=" + first + " last=" + last
                    + ", expected first <= last for " + x.shape() + "; swap them");
        }
        return reshape(x, Dimensions.merged(x.shape(), from, to).sizes());
    }

    /** All dimensions as one; a view where possible. */
    public static Tensor flatten(Tensor x) {
        return flatten(x, 0, -1);
    }

    /**
     * One dimension as several.
     *
     * @param sizes their product is the size of the dimension; one of them may be −1 and is then computed
     */
    public static Tensor unflatten(Tensor x, int dimension, long... sizes) {
        int index = Dimensions.of("unflatten", x.shape(), dimension);
        long[] known = sizes.clone();
        long product = Arrays.stream(sizes).filter(size -> size >= 0).reduce(1, (a, b) -> a * b);
        for (int d = 0; d < known.length; d++) {
            if (sizes[d] == -1 && product > 0) {
                known[d] = x.size(index) / product;
            }
        }
        if (x.shape().rank() == 0
                || Arrays.stream(known).reduce(1, (a, b) -> a * b) != x.size(index)
                || Arrays.stream(known).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("Cannot compute unflatten: sizes=" + Arrays.toString(sizes)
                    + ", expected the product to be the size of dimension " + dimension + " of " + x.shape()
                    + " and at most one -1; correct the sizes");
        }
        return view(x, Dimensions.replaced(x.shape(), index, known).sizes());
    }

    /** The tensor stretched in dimensions of size 1, and in new leading ones; −1 leaves a size as it is. */
    public static Tensor expand(Tensor x, long... sizes) {
        long[] complete = sizes.clone();
        int missing = sizes.length - x.shape().rank();
        for (int d = Math.max(0, missing); d < sizes.length; d++) {
            complete[d] = sizes[d] == -1 ? x.size(d - missing) : sizes[d];
        }
        return Dispatcher.view(EXPAND, Shape.of(complete), x);
    }

    /** {@link #expand} to the shape of another tensor. */
    public static Tensor expandAs(Tensor x, Tensor other) {
        return expand(x, other.shape().sizes());
    }

    /** A view with two dimensions swapped; negative numbers count from the last. */
    public static Tensor transpose(Tensor x, int first, int second) {
        int a = Dimensions.of("transpose", x.shape(), first);
        int b = Dimensions.of("transpose", x.shape(), second);
        return Dispatcher.view(PERMUTE, swapping(x.shape().rank(), a, b), x);
    }

    /** The transpose of a matrix; vectors and scalars stay as they are. */
    public static Tensor t(Tensor x) {
        int rank = x.shape().rank();
        if (rank > 2) {
            throw new IllegalArgumentException(
                    "Cannot compute t: shape=" + x.shape() + ", expected at most 2 dimensions; use transpose");
        }
        return Dispatcher.view(PERMUTE, swapping(rank, 0, rank - 1), x);
    }

    /** A view whose dimension d is dimension order[d] of the tensor. */
    public static Tensor permute(Tensor x, int... order) {
        if (order.length != x.shape().rank()) {
            throw new IllegalArgumentException("Cannot compute permute: order=" + Arrays.toString(order)
                    + ", expected all " + x.shape().rank() + " dimensions of " + x.shape() + "; name each once");
        }
        return Dispatcher.view(PERMUTE, distinct("permute", x, order), x);
    }

    /** A view in which dimension source[i] has moved to place target[i]; the others keep their order. */
    public static Tensor movedim(Tensor x, int[] source, int[] target) {
        if (source.length != target.length) {
            throw new IllegalArgumentException("Cannot compute movedim: source=" + Arrays.toString(source) + " target="
                    + Arrays.toString(target) + ", expected as many of both; correct the dimensions");
        }
        int[] from = distinct("movedim", x, source);
        int[] to = distinct("movedim", x, target);
        int rank = x.shape().rank();
        int[] order = new int[rank];
        Arrays.fill(order, -1);
        boolean[] moved = new boolean[rank];
        for (int i = 0; i < from.length && rank > 0; i++) {
            order[to[i]] = from[i];
            moved[from[i]] = true;
        }
        int next = 0;
        for (int d = 0; d < rank; d++) {
            while (next < rank && moved[next]) {
                next++;
            }
            if (order[d] < 0) {
                order[d] = next++;
            }
        }
        return Dispatcher.view(PERMUTE, order, x);
    }

    /** A view in which one dimension has moved to another place. */
    public static Tensor movedim(Tensor x, int source, int target) {
        return movedim(x, new int[] {source}, new int[] {target});
    }

    /** A view without the dimensions of size 1, or without those of size 1 among the given ones. */
    public static Tensor squeeze(Tensor x, int... dimensions) {
        boolean[] flags = Dimensions.flags("squeeze", x.shape(), dimensions);
        int kept = 0;
        int rank = flags.length;
        long[] sizes = new long[rank];
        long[] strides = new long[rank];
        for (int d = 0; d < rank; d++) {
            if (!flags[d] || x.size(d) != 1) {
                sizes[kept] = x.size(d);
                strides[kept++] = x.stride(d);
            }
        }
        Shape shape = Shape.of(Arrays.copyOf(sizes, kept));
        return Dispatcher.view(VIEW, new Layout(shape, Arrays.copyOf(strides, kept), 0), x);
    }

    /** A view with a dimension of size 1 at place {@code dimension} of the result. */
    public static Tensor unsqueeze(Tensor x, int dimension) {
        int place = Dimensions.inserted("unsqueeze", x.shape(), dimension);
        int rank = x.shape().rank();
        long[] sizes = new long[rank + 1];
        long[] strides = new long[rank + 1];
        for (int d = 0; d <= rank; d++) {
            int from = d > place ? d - 1 : d;
            sizes[d] = d == place ? 1 : x.size(from);
            strides[d] = d == place ? (place < rank ? x.size(from) * x.stride(from) : 1) : x.stride(from);
        }
        return Dispatcher.view(VIEW, new Layout(Shape.of(sizes), strides, 0), x);
    }

    /** The last two dimensions swapped, without autograd. */
    static Tensor swapped(Tensor x) {
        int rank = x.shape().rank();
        return permuted(x, swapping(rank, rank - 2, rank - 1));
    }

    /** The dimensions in another order, without autograd. */
    static Tensor permuted(Tensor x, int[] order) {
        long[] sizes = new long[order.length];
        long[] strides = new long[order.length];
        for (int d = 0; d < order.length; d++) {
            sizes[d] = x.size(order[d]);
            strides[d] = x.stride(order[d]);
        }
        return x.subview(Shape.of(sizes), strides, 0);
    }

    /** The order that undoes another one. */
    static int[] inverse(int[] order) {
        int[] inverse = new int[order.length];
        for (int d = 0; d < order.length; d++) {
            inverse[order[d]] = d;
        }
        return inverse;
    }

    private static int[] swapping(int rank, int first, int second) {
        int[] order = new int[rank];
        Arrays.setAll(order, d -> d);
        if (rank > 0) {
            order[first] = second;
            order[second] = first;
        }
        return order;
    }

    private static int[] distinct(String op, Tensor x, int[] dimensions) {
        if (dimensions.length > 0) {
            Dimensions.flags(op, x.shape(), dimensions);
        }
        return Arrays.stream(dimensions)
                .map(dimension -> Dimensions.of(op, x.shape(), dimension))
                .toArray();
    }

    /** Strides under which the elements have another shape without a copy; null if there are none. */
    static long @Nullable [] viewStrides(Tensor x, Shape shape) {
        if (x.elements() == 0 || x.isContiguous()) {
            return shape.contiguousStrides();
        }
        long[] strides = new long[shape.rank()];
        int to = shape.rank() - 1;
        int from = x.shape().rank() - 1;
        while (from >= 0) {
            // Dimensions of x that lie end to end form one run, which the new sizes have to divide.
            long step = x.stride(from);
            long run = x.size(from);
            while (from > 0 && (x.size(from - 1) == 1 || run == 1 || x.stride(from - 1) == run * step)) {
                from--;
                if (run == 1) {
                    step = x.stride(from);
                }
                run *= x.size(from);
            }
            long covered = 1;
            while (to >= 0 && (covered < run || shape.size(to) == 1)) {
                strides[to] = step * covered;
                covered *= shape.size(to);
                to--;
            }
            if (covered != run) {
                return null;
            }
            from--;
        }
        return strides;
    }

    /** The sizes with a −1 replaced by what is left. */
    static Shape completed(String op, Tensor x, long[] sizes) {
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
            complete[open] = x.elements() / product;
            product *= complete[open];
        }
        if (product != x.elements() || Arrays.stream(complete).anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": shape=" + x.shape() + " to "
                    + Arrays.toString(sizes) + ", expected " + x.elements()
                    + " elements and at most one -1; correct the sizes");
        }
        return Shape.of(complete);
    }
}
