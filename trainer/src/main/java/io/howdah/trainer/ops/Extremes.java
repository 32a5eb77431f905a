// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Largest and smallest elements; NaN counts as both. */
public final class Extremes {
    /** The largest over dimensions; equal ones share the gradient evenly. */
    static final Op<Reductions.Over> LARGEST = extreme("amax", Reduction.MAXIMUM);

    /** The smallest over dimensions; equal ones share the gradient evenly. */
    static final Op<Reductions.Over> SMALLEST = extreme("amin", Reduction.MINIMUM);

    /** The first extreme element along one dimension, which gets the whole gradient, and its index. */
    static final Op<Along> FIRST_ALONG = Op.<Along>named("firstExtreme", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .forward(call -> {
                Along along = call.attributes();
                Shape kept = along.kept(call.shape());
                Tensor values = call.out(along.result(call.shape()));
                Tensor indices = call.out(DType.INT64, values.shape());
                if (values.elements() > 0) {
                    along.find(call, values.reshaped(kept), indices.reshaped(kept));
                }
                call.saveOutput(1);
            })
            .backward(call -> call.give(0, () -> {
                Along along = call.attributes();
                Shape line = along.line(call.shape(0));
                long[] kept = along.kept(line).sizes();
                Tensor zeros = Tensor.zeros(call.gradient().dtype(), line);
                Tensor placed = Scatters.scatterAddInPlace(
                        zeros,
                        along.dimension(),
                        Views.reshape(call.output(1).detached(), kept),
                        Views.reshape(call.gradient(), kept));
                return Views.reshape(placed, call.shape(0).sizes());
            }));

    /** The index of the first extreme element along one dimension. */
    static final Op<Along> INDEX_ALONG = Op.<Along>named("extremeIndex", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .forward(call -> {
                Along along = call.attributes();
                Shape kept = along.kept(call.shape());
                Tensor indices = call.out(DType.INT64, along.result(call.shape()));
                if (indices.elements() > 0) {
                    try (Tensor values = Tensor.empty(call.dtype(), kept)) {
                        along.find(call, values, indices.reshaped(kept));
                    }
                }
            })
            .notDifferentiable();

    static final List<Op<?>> ALL = List.of(LARGEST, SMALLEST, FIRST_ALONG, INDEX_ALONG);

    /** Elements and where in their dimension they were, int64. */
    public record Indexed(Tensor values, Tensor indices) {}

    /**
     * @param dimension 0-based
     * @param keep whether it stays with size 1
     */
    record Along(boolean largest, int dimension, boolean keep) {
        /** The shape, of a scalar that of its only element. */
        Shape line(Shape shape) {
            return shape.rank() == 0 ? Shape.of(1) : shape;
        }

        Shape kept(Shape shape) {
            long[] sizes = line(shape).sizes();
            sizes[dimension] = 1;
            return Shape.of(sizes);
        }

        Shape result(Shape shape) {
            if (shape.rank() == 0) {
                return shape;
            }
            boolean[] flags = new boolean[shape.rank()];
            flags[dimension] = true;
            return Dimensions.reduced(shape, flags, keep);
        }

        void find(ForwardCall<?> call, Tensor values, Tensor indices) {
            Tensor x = call.input(0);
            Tensor lines = x.shape().rank() == 0 ? x.reshaped(Shape.of(1)) : x;
            call.backend().argReduce(largest, lines, dimension, values, indices);
        }
    }

    private Extremes() {}

    /** The largest element; equal ones share the gradient evenly. */
    public static Tensor max(Tensor x) {
        return largest("max", x, false);
    }

    /** The smallest element; equal ones share the gradient evenly. */
    public static Tensor min(Tensor x) {
        return smallest("min", x, false);
    }

    /** The largest element along a dimension and its index; the first of equal ones, which gets the whole gradient. */
    public static Indexed max(Tensor x, int dimension, boolean keep) {
        return first("max", x, true, dimension, keep);
    }

    /** The smallest element along a dimension and its index; the first of equal ones, which gets the whole gradient. */
    public static Indexed min(Tensor x, int dimension, boolean keep) {
        return first("min", x, false, dimension, keep);
    }

    /** The largest over the given dimensions, or all; equal ones share the gradient evenly. */
    public static Tensor amax(Tensor x, boolean keep, int... dimensions) {
        return largest("amax", x, keep, dimensions);
    }

    /** The smallest over the given dimensions, or all; equal ones share the gradient evenly. */
    public static Tensor amin(Tensor x, boolean keep, int... dimensions) {
        return smallest("amin", x, keep, dimensions);
    }

    /** Index of the first largest element in row-major order; a scalar of int64. */
    public static Tensor argMax(Tensor x) {
        return index("argMax", true, x);
    }

    /** Index of the first smallest element in row-major order; a scalar of int64. */
    public static Tensor argMin(Tensor x) {
        return index("argMin", false, x);
    }

    /** Index, int64, of the first largest element along a dimension, which stays with size 1 if {@code keep}. */
    public static Tensor argMax(Tensor x, int dimension, boolean keep) {
        return Dispatcher.call(INDEX_ALONG, along("argMax", x, true, dimension, keep), x);
    }

    /** Index, int64, of the first smallest element along a dimension, which stays with size 1 if {@code keep}. */
    public static Tensor argMin(Tensor x, int dimension, boolean keep) {
        return Dispatcher.call(INDEX_ALONG, along("argMin", x, false, dimension, keep), x);
    }

    private static Tensor largest(String op, Tensor x, boolean keep, int... dimensions) {
        return Dispatcher.call(LARGEST, over(op, x, keep, dimensions), x);
    }

    private static Tensor smallest(String op, Tensor x, boolean keep, int... dimensions) {
        return Dispatcher.call(SMALLEST, over(op, x, keep, dimensions), x);
    }

    private static Reductions.Over over(String op, Tensor x, boolean keep, int... dimensions) {
        Reductions.Over over = Reductions.Over.of(op, x, keep, dimensions);
        if (over.count(x.shape()) == 0
                && (dimensions.length == 0 || over.result(x.shape()).elements() > 0)) {
            throw noElements(op, x, Arrays.toString(dimensions));
        }
        return over;
    }

    private static Indexed first(String op, Tensor x, boolean largest, int dimension, boolean keep) {
        List<Tensor> results = Dispatcher.callAll(FIRST_ALONG, along(op, x, largest, dimension, keep), x);
        return new Indexed(results.get(0), results.get(1));
    }

    private static Tensor index(String op, boolean largest, Tensor x) {
        if (x.elements() == 0) {
            throw noElements(op, x, "all");
        }
        return Composite.of(
                () -> Dispatcher.call(INDEX_ALONG, new Along(largest, 0, false), Views.reshape(x, x.elements())));
    }

    private static Along along(String op, Tensor x, boolean largest, int dimension, boolean keep) {
        int index = Dimensions.of(op, x.shape(), dimension);
        if (x.shape().rank() > 0 && x.size(index) == 0) {
            throw noElements(op, x, String.valueOf(dimension));
        }
        return new Along(largest, index, keep);
    }

    private static IndexOutOfBoundsException noElements(String op, Tensor x, String dimensions) {
        return new IndexOutOfBoundsException("Cannot compute " + op + ": shape=" + x.shape() + " dimensions="
                + dimensions + ", expected elements to reduce, not a dimension of size 0; check for emptiness before");
    }

    private static Op<Reductions.Over> extreme(String name, Reduction reduction) {
        return Op.<Reductions.Over>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .forward(call -> {
                    Reductions.Over over = call.attributes();
                    call.saveInput(0);
                    Tensor out = call.out(over.result(call.shape()));
                    if (call.shape().elements() > 0) {
                        over.reduce(call, reduction, call.input(0), out);
                    }
                    call.saveOutput(0);
                })
                .backward(call -> call.give(0, () -> {
                    Reductions.Over over = call.attributes();
                    Tensor x = call.input(0);
                    Tensor taken = Comparisons.equal(x, over.kept(call.output(0), x.shape()));
                    DType counting = x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
                    Tensor count = Dispatcher.call(Reductions.SUM, over, Casts.to(taken, counting));
                    Tensor share = Casts.to(Arithmetic.divide(call.gradient(), count), x.dtype());
                    return Selection.where(taken, over.spread(share, x.shape()), 0.0);
                }));
    }
}
