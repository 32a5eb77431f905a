// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Elements by index tensors: read, replaced or added to. Where several sources go to one element, the last one stays or
 * all are added, in row-major order of the sources. As in PyTorch, a source that did not stay has the gradient of the
 * element too.
 */
public final class Indexing {
    /** Elements by one index tensor per indexed dimension. */
    static final Op<AdvancedIndex.Pick> INDEX = reading("index");

    static final Op<AdvancedIndex.Pick> INDEX_SELECT = reading("indexSelect");

    static final Op<AdvancedIndex.Pick> TAKE = reading("take");

    /** Adds elements up in a tensor of zeros: the transpose of {@link #INDEX}. */
    static final Op<Sum> INDEX_SUM = Op.<Sum>named("indexSum", AutocastCategory.KEEP)
            .dtypes(Op.NUMERIC)
            .types(Op.Types.KEEP)
            .forward(call -> {
                Sum sum = call.attributes();
                try (AdvancedIndex index = AdvancedIndex.of(call, "indexSum", sum.base(), sum.pick(), 1)) {
                    Tensor out = call.out(sum.base());
                    call.backend().fill(out, 0);
                    index.write(Scatter.ADD, out, call.input(0));
                }
                saveIndices(call, 1);
            })
            .backward(call -> call.give(0, () -> read(call, 1)));

    static final Op<Put> INDEX_PUT = writing("indexPut", AutocastCategory.KEEP);

    static final Op<Put> INDEX_ADD = writing("indexAdd", AutocastCategory.KEEP);

    static final Op<Put> INDEX_COPY = writing("indexCopy", AutocastCategory.PROMOTE);

    static final Op<Put> INDEX_FILL = writing("indexFill", AutocastCategory.KEEP);

    static final Op<Put> PUT = writing("put", AutocastCategory.KEEP);

    static final List<Op<?>> ALL =
            List.of(INDEX, INDEX_SELECT, TAKE, INDEX_SUM, INDEX_PUT, INDEX_ADD, INDEX_COPY, INDEX_FILL, PUT);

    /** Ops that select elements. */
    interface Picking {
        AdvancedIndex.Pick pick();
    }

    /** What {@link #INDEX_SUM} adds up. */
    record Sum(Shape base, AdvancedIndex.Pick pick) implements Picking {}

    /** What is written where. */
    record Put(AdvancedIndex.Pick pick, Scatter function) implements Picking {
        static Put into(int dimension, Scatter function) {
            return new Put(AdvancedIndex.Pick.of(dimension), function);
        }
    }

    private Indexing() {}

    /**
     * out[…, i, …] = x[…, index[i], …] along one dimension.
     *
     * @param index integers, [n]
     */
    public static Tensor indexSelect(Tensor x, int dimension, Tensor index) {
        int place = place("indexSelect", x, dimension, index);
        if (x.shape().rank() == 0) {
            checkCount("indexSelect", index, 1);
            return Views.view(Dispatcher.call(
                    INDEX_SELECT, AdvancedIndex.Pick.of(0), Views.view(x, 1), Dimensions.vector(index)));
        }
        return Dispatcher.call(INDEX_SELECT, AdvancedIndex.Pick.of(place), x, Dimensions.vector(index));
    }

    /** x with {@code source[…, i, …] · factor} added to {@code x[…, index[i], …]}. */
    public static Tensor indexAdd(Tensor x, int dimension, Tensor index, Tensor source, double factor) {
        return Composite.of(() -> {
            Tensor[] operands = operands("indexAdd", x, dimension, index, times(source, factor));
            Put put = Put.into(place("indexAdd", x, dimension, index), Scatter.ADD);
            return likeSource(x, Dispatcher.call(INDEX_ADD, put, operands));
        });
    }

    /** x[…, index[i], …] += source[…, i, …] · factor; returns x. */
    public static Tensor indexAddInPlace(Tensor x, int dimension, Tensor index, Tensor source, double factor) {
        Overlap.checkApart("indexAdd", x, index, source);
        return write(INDEX_ADD, x, dimension, Scatter.ADD, index, times(source, factor));
    }

    /** x with {@code x[…, index[i], …]} replaced by {@code source[…, i, …]}. */
    public static Tensor indexCopy(Tensor x, int dimension, Tensor index, Tensor source) {
        Tensor[] operands = operands("indexCopy", x, dimension, index, source);
        Put put = Put.into(place("indexCopy", x, dimension, index), Scatter.SET);
        return likeSource(x, Dispatcher.call(INDEX_COPY, put, operands));
    }

    /** x[…, index[i], …] = source[…, i, …]; returns x. */
    public static Tensor indexCopyInPlace(Tensor x, int dimension, Tensor index, Tensor source) {
        Overlap.checkApart("indexCopy", x, index, source);
        return write(INDEX_COPY, x, dimension, Scatter.SET, index, source);
    }

    /** x with every {@code x[…, index[i], …]} replaced by {@code value}, a scalar. */
    public static Tensor indexFill(Tensor x, int dimension, Tensor index, Tensor value) {
        Put put = new Put(fromEnd(place("indexFill", x, dimension, index)), Scatter.SET);
        Tensor whole = Dimensions.vector(x);
        return likeSource(x, Dispatcher.call(INDEX_FILL, put, whole, filling(x, value), Dimensions.vector(index)));
    }

    /** x with every {@code x[…, index[i], …]} replaced by {@code value}. */
    public static Tensor indexFill(Tensor x, int dimension, Tensor index, double value) {
        return indexFill(x, dimension, index, Tensor.scalar(x.dtype(), value));
    }

    /** Every x[…, index[i], …] = value, a scalar; returns x. */
    public static Tensor indexFillInPlace(Tensor x, int dimension, Tensor index, Tensor value) {
        Overlap.checkApart("indexFill", x, index);
        Put put = new Put(fromEnd(place("indexFill", x, dimension, index)), Scatter.SET);
        Dispatcher.write(INDEX_FILL, put, Dimensions.vector(x), filling(x, value), Dimensions.vector(index));
        return x;
    }

    /** Every x[…, index[i], …] = value; returns x. */
    public static Tensor indexFillInPlace(Tensor x, int dimension, Tensor index, double value) {
        return indexFillInPlace(x, dimension, index, Tensor.scalar(x.dtype(), value));
    }

    /** The elements of x, counted in row-major order, by number; the shape is that of the index. */
    public static Tensor take(Tensor x, Tensor index) {
        return Dispatcher.call(TAKE, AdvancedIndex.Pick.flat(), x, index);
    }

    /** x with elements, counted in row-major order, replaced by those of source, or added to. */
    public static Tensor put(Tensor x, Tensor index, Tensor source, boolean accumulate) {
        return Dispatcher.call(PUT, flat(accumulate), x, sources(index, source), index);
    }

    /** Replaces elements of x, counted in row-major order, by those of source, or adds to them; returns x. */
    public static Tensor putInPlace(Tensor x, Tensor index, Tensor source, boolean accumulate) {
        Overlap.checkApart("put", x, index, source);
        return Dispatcher.write(PUT, flat(accumulate), x, sources(index, source), index);
    }

    /** An op that selects elements; its inputs are the tensor and the indices. */
    private static Op<AdvancedIndex.Pick> reading(String name) {
        return Op.<AdvancedIndex.Pick>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .types(Op.Types.KEEP)
                .forward(call -> {
                    try (AdvancedIndex index = AdvancedIndex.of(call, name, call.shape(), call.attributes(), 1)) {
                        index.read(call.input(0), call.out(index.result()));
                    }
                    saveIndices(call, 1);
                })
                .backward(call -> call.give(0, () -> {
                    Sum sum = new Sum(call.shape(0), call.attributes());
                    return Dispatcher.call(INDEX_SUM, sum, withIndices(call, 1, call.gradient()));
                }));
    }

    /** An op that overwrites selected elements, or adds to them; its inputs are the tensor, the values and the indices. */
    private static Op<Put> writing(String name, AutocastCategory autocast) {
        return Op.<Put>named(name, autocast)
                .dtypes(Op.ALL)
                .types(Op.Types.SAME)
                .operands(2)
                .inPlace()
                .forward(call -> {
                    Put put = call.attributes();
                    try (AdvancedIndex index = AdvancedIndex.of(call, name, call.shape(), put.pick(), 2)) {
                        Broadcast.expand(name, call.input(1), index.result());
                        index.write(put.function(), call.outFromInput(), call.input(1));
                    }
                    saveIndices(call, 2);
                })
                .backward(call -> {
                    call.give(0, () -> {
                        Put put = call.attributes();
                        if (put.function() == Scatter.ADD) {
                            return call.gradient();
                        }
                        Tensor zero = Tensor.scalar(call.gradient().dtype(), 0);
                        return Dispatcher.call(INDEX_PUT, put, withIndices(call, 2, call.gradient(), zero));
                    });
                    call.give(1, () -> isOneValue(call) ? written(call) : read(call, 2));
                });
    }

    private static boolean isOneValue(BackwardCall<Put> call) {
        return call.attributes().function() == Scatter.SET && call.shape(1).rank() == 0;
    }

    /** The gradient where one value was written, once however often the indices name a place, and 0 elsewhere. */
    private static Tensor written(BackwardCall<Put> call) {
        Tensor nowhere = Tensor.zeros(DType.BOOL, call.shape(0));
        Tensor yes = Tensor.scalar(DType.BOOL, 1);
        Tensor mask = Dispatcher.call(INDEX_PUT, call.attributes(), withIndices(call, 2, nowhere, yes));
        return Selection.where(mask, call.gradient(), 0.0);
    }

    /** The elements of the gradient at the places that were written. */
    private static Tensor read(BackwardCall<? extends Picking> call, int first) {
        return Dispatcher.call(INDEX, call.attributes().pick(), withIndices(call, first, call.gradient()));
    }

    private static void saveIndices(ForwardCall<?> call, int first) {
        for (int i = first; i < call.inputs(); i++) {
            call.saveInput(i);
        }
    }

    private static Tensor[] withIndices(BackwardCall<?> call, int first, Tensor... operands) {
        List<Tensor> inputs = new ArrayList<>(List.of(operands));
        for (int i = first; i < call.inputs(); i++) {
            inputs.add(call.input(i));
        }
        return inputs.toArray(new Tensor[0]);
    }

    private static Tensor write(Op<Put> op, Tensor x, int dimension, Scatter function, Tensor index, Tensor source) {
        Tensor[] operands = operands(op.name(), x, dimension, index, source);
        Put put = Put.into(place(op.name(), x, dimension, index), function);
        Dispatcher.write(op, put, operands[0], operands[1], operands[2]);
        return x;
    }

    /** The tensor, what is written to it, and the indices, with scalars as vectors. */
    private static Tensor[] operands(String op, Tensor x, int dimension, Tensor index, Tensor source) {
        int place = place(op, x, dimension, index);
        Tensor whole = Dimensions.vector(x);
        Tensor values = Dimensions.vector(source);
        Shape expected = Dimensions.replaced(whole.shape(), place, index.elements());
        if (!values.shape().equals(expected)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": source=" + source.shape() + ", expected "
                    + expected + " for " + index.elements() + " indices of dimension " + place + " of " + x.shape()
                    + "; correct the source");
        }
        return new Tensor[] {whole, values, Dimensions.vector(index)};
    }

    private static int place(String op, Tensor x, int dimension, Tensor index) {
        if (index.shape().rank() > 1) {
            throw new IllegalArgumentException(
                    "Cannot compute " + op + ": index=" + index.shape() + ", expected [n]; flatten it");
        }
        return Dimensions.of(op, x.shape(), dimension);
    }

    private static Tensor likeSource(Tensor x, Tensor result) {
        return x.shape().rank() == 0 ? Views.view(result) : result;
    }

    private static AdvancedIndex.Pick fromEnd(int dimension) {
        return new AdvancedIndex.Pick(new int[] {dimension}, true);
    }

    private static Put flat(boolean accumulate) {
        return new Put(AdvancedIndex.Pick.flat(), accumulate ? Scatter.ADD : Scatter.SET);
    }

    private static Tensor times(Tensor source, double factor) {
        if (factor == 1) {
            return source;
        }
        boolean whole = !source.dtype().isFloating() && factor == Math.rint(factor);
        return Arithmetic.multiply(
                source, whole ? Scalars.beside(source, (long) factor) : Scalars.beside(source, factor));
    }

    private static Tensor filling(Tensor x, Tensor value) {
        if (value.shape().rank() > 0) {
            throw new IllegalArgumentException(
                    "Cannot compute indexFill: value=" + value.shape() + ", expected a scalar; select one element");
        }
        return Casts.to(value, x.dtype());
    }

    private static Tensor sources(Tensor index, Tensor source) {
        checkCount("put", source, index.elements());
        return Views.reshape(source, index.shape().sizes());
    }

    private static void checkCount(String op, Tensor tensor, long count) {
        if (tensor.elements() != count) {
            throw new IllegalArgumentException("Cannot compute " + op + ": shape=" + tensor.shape() + ", expected "
                    + count + " elements; correct it");
        }
    }
}
