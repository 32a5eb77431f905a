// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Elements along one dimension by an index of their own for each. Where several sources go to one element, the last one
 * stays, or all are added or multiplied, in row-major order of the sources. As in PyTorch, a source that did not stay
 * has the gradient of the element too.
 */
public final class Scatters {
    static final Op<Integer> GATHER = Op.<Integer>named("gather", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> {
                int dimension = call.attributes();
                Tensor index = call.input(1);
                Indices.check("gather", index, call.shape().size(dimension));
                Tensor out = call.out(index.shape());
                if (index.elements() > 0) {
                    try (Contiguous wide = Indices.wide(index)) {
                        call.backend().gather(call.input(0), dimension, wide.tensor(), out);
                    }
                }
                call.saveInput(1);
            })
            .backward(call -> call.give(0, () -> {
                Tensor zeros = Tensor.zeros(call.gradient().dtype(), call.shape(0));
                return scatterAdd(zeros, call.attributes(), call.input(1), call.gradient());
            }));

    static final Op<Integer> SCATTER = scattering("scatter", Scatter.SET, Op.ALL)
            .backward(call -> {
                call.give(0, () -> scatter(call.gradient(), call.attributes(), call.input(2), 0));
                call.give(1, () -> gather(call.gradient(), call.attributes(), call.input(2)));
            });

    static final Op<Integer> SCATTER_ADD = scattering("scatterAdd", Scatter.ADD, Op.ALL)
            .backward(call -> {
                call.give(0, call::gradient);
                call.give(1, () -> gather(call.gradient(), call.attributes(), call.input(2)));
            });

    static final Op<Integer> SCATTER_MULTIPLY =
            scattering("scatterMultiply", Scatter.MULTIPLY, Op.ALL).backward(Scatters::multiplyBackward);

    static final List<Op<?>> ALL = List.of(GATHER, SCATTER, SCATTER_ADD, SCATTER_MULTIPLY);

    private Scatters() {}

    /**
     * out[…, i, …] = x[…, index[…, i, …], …] along one dimension.
     *
     * @param index integers of the rank of x, in other dimensions no larger than x; an empty one may have any shape
     */
    public static Tensor gather(Tensor x, int dimension, Tensor index) {
        int place = place("gather", x, dimension, index, null);
        if (x.shape().rank() == 0 || index.shape().rank() == 0) {
            Tensor picked = Dispatcher.call(GATHER, place, Dimensions.vector(x), Dimensions.vector(index));
            return Views.view(picked, index.shape().sizes());
        }
        return Dispatcher.call(GATHER, place, x, index);
    }

    /**
     * x with {@code x[…, index[…, i, …], …]} replaced by {@code source[…, i, …]} along one dimension.
     *
     * @param index integers of the rank of x, in other dimensions no larger than x
     * @param source nowhere smaller than the index; the rest of it is left out
     */
    public static Tensor scatter(Tensor x, int dimension, Tensor index, Tensor source) {
        return call(SCATTER, x, dimension, index, source);
    }

    /** {@link #scatter(Tensor, int, Tensor, Tensor)} of one value. */
    public static Tensor scatter(Tensor x, int dimension, Tensor index, double value) {
        return call(SCATTER, x, dimension, index, everywhere(x, index, value));
    }

    /** x with {@code source[…, i, …]} added to {@code x[…, index[…, i, …], …]} along one dimension. */
    public static Tensor scatterAdd(Tensor x, int dimension, Tensor index, Tensor source) {
        return call(SCATTER_ADD, x, dimension, index, source);
    }

    /** x with {@code x[…, index[…, i, …], …]} multiplied by {@code source[…, i, …]} along one dimension. */
    public static Tensor scatterMultiply(Tensor x, int dimension, Tensor index, Tensor source) {
        return call(SCATTER_MULTIPLY, x, dimension, index, source);
    }

    /** {@link #scatter(Tensor, int, Tensor, Tensor)} into x; returns x. */
    public static Tensor scatterInPlace(Tensor x, int dimension, Tensor index, Tensor source) {
        return write(SCATTER, x, dimension, index, source);
    }

    /** {@link #scatter(Tensor, int, Tensor, double)} into x; returns x. */
    public static Tensor scatterInPlace(Tensor x, int dimension, Tensor index, double value) {
        return write(SCATTER, x, dimension, index, everywhere(x, index, value));
    }

    /** {@link #scatterAdd} into x; returns x. */
    public static Tensor scatterAddInPlace(Tensor x, int dimension, Tensor index, Tensor source) {
        return write(SCATTER_ADD, x, dimension, index, source);
    }

    /** {@link #scatterMultiply} into x; returns x. */
    public static Tensor scatterMultiplyInPlace(Tensor x, int dimension, Tensor index, Tensor source) {
        return write(SCATTER_MULTIPLY, x, dimension, index, source);
    }

    /**
     * {@link #gather} after x and the index are broadcast to each other in all other dimensions; negative indices count
     * from the end.
     */
    public static Tensor takeAlongDim(Tensor x, Tensor index, int dimension) {
        int rank = x.shape().rank();
        if (rank != index.shape().rank()) {
            throw new IllegalArgumentException("Cannot compute takeAlongDim: index=" + index.shape() + ", expected the "
                    + rank + " dimensions of " + x.shape() + "; reshape it");
        }
        int place = Dimensions.of("takeAlongDim", x.shape(), dimension);
        if (rank == 0) {
            return gather(x, 0, index);
        }
        Shape one = Broadcast.shape(
                "takeAlongDim", Dimensions.replaced(x.shape(), place, 1), Dimensions.replaced(index.shape(), place, 1));
        Tensor from =
                Views.expand(x, Dimensions.replaced(one, place, x.size(place)).sizes());
        Tensor at = Views.expand(
                index, Dimensions.replaced(one, place, index.size(place)).sizes());
        return gather(from, place, fromStart(at, x.size(place)));
    }

    private static Tensor fromStart(Tensor index, long size) {
        return Arrays.stream(index.toLongs()).anyMatch(i -> i < 0)
                ? Selection.where(Comparisons.less(index, 0), Arithmetic.add(index, size), index)
                : index;
    }

    /** The elements of x, counted in row-major order, by number: {@link Indexing#take} for a flat index. */
    public static Tensor takeAlongDim(Tensor x, Tensor index) {
        return gather(Views.flatten(x), 0, fromStart(Views.flatten(index), x.elements()));
    }

    /**
     * Vectors that are 1 at the index and 0 elsewhere.
     *
     * @param indices integers […], in [0, classes)
     * @return int64 […, classes]
     */
    public static Tensor oneHot(Tensor indices, long classes) {
        Indices.check("oneHot", indices, classes);
        Tensor out = Tensor.zeros(DType.INT64, Dimensions.appended(indices.shape(), classes));
        if (indices.elements() > 0) {
            scatterInPlace(out, -1, Views.unsqueeze(indices, -1), 1);
        }
        return out;
    }

    /** {@link #oneHot(Tensor, long)} with as many classes as the largest index needs. */
    public static Tensor oneHot(Tensor indices) {
        if (indices.elements() == 0) {
            throw new IllegalArgumentException("Cannot compute oneHot: indices=" + indices.shape()
                    + ", expected at least one to tell the number of classes from; pass the number");
        }
        Indices.check("oneHot", indices, Long.MAX_VALUE);
        return oneHot(indices, Arrays.stream(indices.toLongs()).max().orElseThrow() + 1);
    }

    private static Op.Builder<Integer> scattering(String name, Scatter function, Set<DType> dtypes) {
        return Op.<Integer>named(name, AutocastCategory.KEEP)
                .dtypes(dtypes)
                .types(Op.Types.SAME)
                .operands(2)
                .inPlace()
                .forward(call -> {
                    int dimension = call.attributes();
                    Indices.check(name, call.input(2), call.shape().size(dimension));
                    if (function == Scatter.MULTIPLY) {
                        call.saveInput(0);
                        call.saveInput(1);
                    }
                    Tensor out = call.outFromInput();
                    if (call.input(2).elements() > 0) {
                        try (Contiguous wide = Indices.wide(call.input(2))) {
                            call.backend().scatter(function, out, dimension, wide.tensor(), call.input(1));
                        }
                    }
                    call.saveInput(2);
                });
    }

    /**
     * The derivative for an element of x is the product of its sources; for a source it is the element of x times the
     * product of the element's other sources, which is found without dividing by zero.
     */
    private static void multiplyBackward(BackwardCall<Integer> call) {
        int dimension = call.attributes();
        Tensor index = call.input(2);
        call.give(0, () -> {
            Tensor ones = Creation.ones(call.dtype(0), call.shape(0).sizes());
            return Arithmetic.multiply(call.gradient(), scatterMultiply(ones, dimension, index, call.input(1)));
        });
        call.give(1, () -> {
            Tensor others = productOfOthers(call.shape(0), dimension, index, call.input(1));
            Tensor scaled = Arithmetic.multiply(call.gradient(), call.input(0));
            return Arithmetic.multiply(gather(scaled, dimension, index), others);
        });
    }

    private static Tensor productOfOthers(Shape shape, int dimension, Tensor index, Tensor source) {
        Tensor zero = Casts.to(Comparisons.equal(source, 0), source.dtype());
        Tensor filled = Arithmetic.add(source, zero);
        Tensor products = scatterMultiply(Creation.ones(source.dtype(), shape.sizes()), dimension, index, filled);
        Tensor zeros = scatterAdd(Tensor.zeros(source.dtype(), shape), dimension, index, zero);
        Tensor otherZeros = Arithmetic.subtract(gather(zeros, dimension, index), zero);
        Tensor product = Arithmetic.divide(gather(products, dimension, index), filled);
        return Arithmetic.multiply(product, Casts.to(Comparisons.equal(otherZeros, 0), source.dtype()));
    }

    private static Tensor call(Op<Integer> op, Tensor x, int dimension, Tensor index, Tensor source) {
        int place = place(op.name(), x, dimension, index, source);
        if (x.shape().rank() == 0 || index.shape().rank() == 0) {
            Tensor result =
                    Dispatcher.call(op, place, Dimensions.vector(x), fitted(index, source), Dimensions.vector(index));
            return Views.view(result, x.shape().sizes());
        }
        return Dispatcher.call(op, place, x, fitted(index, source), index);
    }

    private static Tensor write(Op<Integer> op, Tensor x, int dimension, Tensor index, Tensor source) {
        int place = place(op.name(), x, dimension, index, source);
        Overlap.checkApart(op.name(), x, source, index);
        Dispatcher.write(op, place, Dimensions.vector(x), fitted(index, source), Dimensions.vector(index));
        return x;
    }

    /** The part of the source that has the shape of the index. */
    private static Tensor fitted(Tensor index, Tensor source) {
        Tensor part = Dimensions.vector(source);
        Tensor whole = Dimensions.vector(index);
        for (int d = 0; d < whole.shape().rank(); d++) {
            part = part.size(d) == whole.size(d) ? part : Slices.narrow(part, d, 0, whole.size(d));
        }
        return part;
    }

    private static Tensor everywhere(Tensor x, Tensor index, double value) {
        return Views.expand(Tensor.scalar(x.dtype(), value), index.shape().sizes());
    }

    private static int place(String op, Tensor x, int dimension, Tensor index, @Nullable Tensor source) {
        int place = Dimensions.of(op, x.shape(), dimension);
        Shape whole = Dimensions.vector(x).shape();
        Shape part = Dimensions.vector(index).shape();
        Shape from = source == null ? part : Dimensions.vector(source).shape();
        boolean fits = part.rank() == whole.rank() && from.rank() == whole.rank();
        for (int d = 0; d < part.rank() && fits; d++) {
            fits = (d == place || part.size(d) <= whole.size(d)) && part.size(d) <= from.size(d);
        }
        if (!fits && index.elements() > 0) {
            throw new IllegalArgumentException("Cannot compute " + op + ": index=" + index.shape()
                    + (source == null ? "" : " source=" + source.shape())
                    + ", expected as many dimensions as " + x.shape()
                    + ", an index no larger than it except in dimension "
                    + place + ", and a source no smaller than the index; reshape them");
        }
        return place;
    }
}
