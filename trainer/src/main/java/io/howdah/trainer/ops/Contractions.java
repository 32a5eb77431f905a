// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Products of tensors summed over chosen dimensions. */
public final class Contractions {
    private Contractions() {}

    /**
     * Σ over the last {@code count} dimensions of a and as many first ones of b.
     *
     * @return the other dimensions of a, then those of b
     */
    public static Tensor tensordot(Tensor a, Tensor b, int count) {
        int rank = a.shape().rank();
        if (count < 0 || count > rank || count > b.shape().rank()) {
            throw new IllegalArgumentException("Cannot compute tensordot: count=" + count + " a=" + a.shape() + " b="
                    + b.shape() + ", expected 0 up to the smaller number of dimensions; correct the count");
        }
        return tensordot(
                a,
                b,
                IntStream.range(rank - count, rank).toArray(),
                IntStream.range(0, count).toArray());
    }

    /**
     * Σ over the dimensions {@code ofA} of a paired with {@code ofB} of b.
     *
     * @return the other dimensions of a, then those of b
     */
    public static Tensor tensordot(Tensor a, Tensor b, int[] ofA, int[] ofB) {
        int[] left = dimensions(a, ofA);
        int[] right = dimensions(b, ofB);
        if (left.length != right.length) {
            throw new IllegalArgumentException("Cannot compute tensordot: dimensions=" + Arrays.toString(ofA) + " and "
                    + Arrays.toString(ofB) + ", expected as many of both; correct the dimensions");
        }
        for (int i = 0; i < left.length; i++) {
            if (a.size(left[i]) != b.size(right[i]) && a.size(left[i]) != 1 && b.size(right[i]) != 1) {
                throw new IllegalArgumentException("Cannot compute tensordot: a=" + a.shape() + " b=" + b.shape()
                        + " dimensions=" + Arrays.toString(ofA) + " and " + Arrays.toString(ofB)
                        + ", expected paired dimensions of one size; correct the dimensions");
            }
        }
        return Composite.of(() -> contract(shrunk(a, left, b, right), left, shrunk(b, right, a, left), right));
    }

    /** x summed over dimensions whose partners have size 1: broadcasting the partner gives the same. */
    private static Tensor shrunk(Tensor x, int[] dimensions, Tensor other, int[] others) {
        int[] stretched = IntStream.range(0, dimensions.length)
                .filter(i -> other.size(others[i]) == 1 && x.size(dimensions[i]) != 1)
                .map(i -> dimensions[i])
                .toArray();
        return stretched.length == 0 ? x : Reductions.sum(x, x.dtype(), true, stretched);
    }

    private static Tensor contract(Tensor a, int[] left, Tensor b, int[] right) {
        int[] rows = others(a, left);
        int[] columns = others(b, right);
        Shape height = sizes(a, rows);
        Shape width = sizes(b, columns);
        long depth = sizes(a, left).elements();
        Tensor product = Matrices.mm(
                Views.reshape(Views.permute(a, joined(rows, left)), height.elements(), depth),
                Views.reshape(Views.permute(b, joined(right, columns)), depth, width.elements()));
        long[] shape = Arrays.copyOf(height.sizes(), height.rank() + width.rank());
        System.arraycopy(width.sizes(), 0, shape, height.rank(), width.rank());
        return Views.reshape(product, shape);
    }

    /**
     * out[…, o] = Σᵢⱼ x[…, i]·W[o, i, j]·y[…, j] (+ bias[o]); not cast to 16 bits by autocast.
     *
     * @param x […, I]
     * @param y […, J]; the other dimensions as those of x
     * @param weight W, [O, I, J]
     * @param bias [O] or null
     * @return […, O]
     */
    public static Tensor bilinear(Tensor x, Tensor y, Tensor weight, @Nullable Tensor bias) {
        return Autocasting.call(
                AutocastCategory.KEEP,
                operands -> Composite.of(() -> {
                    Tensor product = Einsum.einsum("...i,oij,...j->...o", x, weight, y);
                    return bias == null ? product : Arithmetic.add(product, bias);
                }));
    }

    private static int[] dimensions(Tensor x, int[] dimensions) {
        int[] indices = Arrays.stream(dimensions)
                .map(dimension -> Dimensions.of("tensordot", x.shape(), dimension))
                .toArray();
        if (Arrays.stream(indices).distinct().count() != indices.length) {
            throw new IllegalArgumentException("Cannot compute tensordot: dimensions=" + Arrays.toString(dimensions)
                    + ", expected distinct dimensions of " + x.shape() + "; correct the dimensions");
        }
        return indices;
    }

    private static int[] others(Tensor x, int[] dimensions) {
        return IntStream.range(0, x.shape().rank())
                .filter(d -> Arrays.stream(dimensions).noneMatch(taken -> taken == d))
                .toArray();
    }

    private static Shape sizes(Tensor x, int[] dimensions) {
        return Shape.of(Arrays.stream(dimensions).mapToLong(x::size).toArray());
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }
}
