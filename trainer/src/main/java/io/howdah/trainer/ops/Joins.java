// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Several tensors as one. */
public final class Joins {
    /** The tensors one after the other along one dimension. */
    static final Op<Integer> CAT = Op.<Integer>named("cat", AutocastCategory.PROMOTE)
            .dtypes(Op.ALL)
            .operands(Op.ANY_NUMBER)
            .forward(Joins::cat)
            .backward(call -> {
                int dimension = call.attributes();
                long start = 0;
                for (int i = 0; i < call.inputs(); i++) {
                    Shape shape = call.shape(i);
                    if (isSkipped(shape)) {
                        call.give(i, () -> Tensor.zeros(call.gradient().dtype(), shape));
                        continue;
                    }
                    long first = start;
                    call.give(i, () -> Slices.narrow(call.gradient(), dimension, first, shape.size(dimension)));
                    start += shape.size(dimension);
                }
            });

    static final List<Op<?>> ALL = List.of(CAT);

    private Joins() {}

    /**
     * The tensors one after the other along one dimension; their other sizes are equal. Dtypes are promoted. Tensors of
     * shape [0] fit everywhere and add nothing.
     */
    public static Tensor cat(List<Tensor> tensors, int dimension) {
        checkSome("cat", tensors);
        Shape shape = tensors.get(0).shape();
        for (Tensor tensor : tensors) {
            shape = isSkipped(shape) ? tensor.shape() : shape;
        }
        if (shape.rank() == 0) {
            throw new IllegalArgumentException(
                    "Cannot compute cat: shape=[], expected at least one dimension; use stack for scalars");
        }
        int index = Dimensions.of("cat", shape, dimension);
        for (int i = 0; i < tensors.size(); i++) {
            checkFits(shape, tensors.get(i).shape(), index, i);
        }
        return Dispatcher.call(CAT, index, tensors.toArray(new Tensor[0]));
    }

    /** Tensors of one shape along a new dimension, which is dimension {@code dimension} of the result. */
    public static Tensor stack(List<Tensor> tensors, int dimension) {
        checkSome("stack", tensors);
        Shape shape = tensors.get(0).shape();
        int place = Dimensions.inserted("stack", shape, dimension);
        List<Tensor> slices = new ArrayList<>();
        for (Tensor tensor : tensors) {
            if (!tensor.shape().equals(shape)) {
                throw new IllegalArgumentException("Cannot compute stack: shapes=" + shape + ", " + tensor.shape()
                        + ", expected equal shapes; reshape one of them");
            }
            slices.add(Views.unsqueeze(tensor, place));
        }
        return cat(slices, place);
    }

    /** The tensors side by side: along dimension 1, or 0 for vectors; scalars count as vectors of one element. */
    public static Tensor hstack(List<Tensor> tensors) {
        checkSome("hstack", tensors);
        List<Tensor> vectors = atLeast(1, tensors);
        return cat(vectors, vectors.get(0).shape().rank() == 1 ? 0 : 1);
    }

    /** The tensors below each other: along dimension 0; vectors count as rows. */
    public static Tensor vstack(List<Tensor> tensors) {
        checkSome("vstack", tensors);
        return cat(atLeast(2, tensors), 0);
    }

    /**
     * Coordinates of a grid: of n vectors, n views of shape [size of vector 0, …, size of vector n−1] in which the i-th
     * one varies along dimension i alone (matrix indexing, PyTorch's {@code indexing="ij"}). Scalars count as vectors.
     */
    public static List<Tensor> meshgrid(List<Tensor> vectors) {
        long[] sizes = new long[vectors.size()];
        for (int i = 0; i < sizes.length; i++) {
            Tensor vector = vectors.get(i);
            if (vector.shape().rank() > 1 || vector.dtype() != vectors.get(0).dtype()) {
                throw new IllegalArgumentException("Cannot compute meshgrid: vector " + i + "=" + vector
                        + ", expected [N] and one dtype for all; reshape or convert it");
            }
            sizes[i] = vector.elements();
        }
        List<Tensor> grids = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            long[] along = new long[sizes.length];
            Arrays.fill(along, 1);
            along[i] = sizes[i];
            grids.add(Views.expand(Views.view(vectors.get(i), along), sizes));
        }
        return grids;
    }

    private static List<Tensor> atLeast(int rank, List<Tensor> tensors) {
        List<Tensor> raised = new ArrayList<>();
        for (Tensor tensor : tensors) {
            Tensor whole = tensor.shape().rank() == 0 ? Views.unsqueeze(tensor, 0) : tensor;
            raised.add(whole.shape().rank() < rank ? Views.unsqueeze(whole, 0) : whole);
        }
        return raised;
    }

    private static void cat(ForwardCall<Integer> call) {
        int dimension = call.attributes();
        Shape shape = Shape.of(0);
        long size = 0;
        for (int i = 0; i < call.inputs(); i++) {
            Shape part = call.input(i).shape();
            if (!isSkipped(part)) {
                shape = part;
                size += part.size(dimension);
            }
        }
        Tensor out = call.out(Dimensions.replaced(shape, dimension, size));
        long start = 0;
        for (int i = 0; i < call.inputs(); i++) {
            Tensor part = call.input(i);
            if (!isSkipped(part.shape())) {
                long length = part.size(dimension);
                call.backend().convert(part, Slices.raw(out, Slices.range(dimension, start, length, 1)));
                start += length;
            }
        }
    }

    /** The shape [0] is a relic of times when there were no other empty tensors. */
    private static boolean isSkipped(Shape shape) {
        return shape.rank() == 1 && shape.size(0) == 0;
    }

    private static void checkSome(String op, List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot compute " + op + ": tensors=[], expected at least one; pass some");
        }
    }

    private static void checkFits(Shape shape, Shape part, int dimension, int number) {
        boolean fits = part.rank() == shape.rank();
        for (int d = 0; d < part.rank() && fits; d++) {
            fits = d == dimension || part.size(d) == shape.size(d);
        }
        if (!fits && !isSkipped(part)) {
            throw new IllegalArgumentException("Cannot compute cat: tensor " + number + "=" + part
                    + ", expected sizes of " + shape + " except in dimension " + dimension + "; reshape it");
        }
    }
}
