// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Matrices with given diagonals, and what lies on them. */
public final class Diagonals {
    private Diagonals() {}

    /**
     * Of a vector the matrix that has it on a diagonal, of a matrix a view of that diagonal.
     *
     * @param x [N] or [M, N]
     * @param offset 0 for the main diagonal, above 0 for one above it, below 0 for one below it
     */
    public static Tensor diag(Tensor x, long offset) {
        int rank = x.shape().rank();
        if (rank != 1 && rank != 2) {
            throw new IllegalArgumentException(
                    "Cannot compute diag: shape=" + x.shape() + ", expected [N] or [M, N]; reshape it");
        }
        return rank == 1 ? diagEmbed(x, offset) : Slices.diagonal(x, offset, 0, 1);
    }

    /**
     * Matrices of zeros with the last dimension on a diagonal.
     *
     * @param x […, N]
     * @param offset as in {@link #diag}
     * @return […, N + |offset|, N + |offset|]
     */
    public static Tensor diagEmbed(Tensor x, long offset) {
        int rank = x.shape().rank();
        if (rank == 0) {
            throw new IllegalArgumentException(
                    "Cannot compute diagEmbed: shape=" + x.shape() + ", expected […, N]; reshape it");
        }
        long size = x.size(-1) + Math.abs(offset);
        long[] sizes = Arrays.copyOf(x.shape().sizes(), rank + 1);
        sizes[rank - 1] = size;
        sizes[rank] = size;
        long[] strides = Arrays.copyOf(Shape.of(sizes).contiguousStrides(), rank);
        strides[rank - 1] = size + 1;
        long start = offset < 0 ? -offset * size : offset;
        return Composite.of(
                () -> StridedViews.asStridedScatter(Tensor.zeros(x.dtype(), Shape.of(sizes)), x, strides, start));
    }

    /**
     * Σ of the elements on the main diagonal.
     *
     * @param x [M, N]
     */
    public static Tensor trace(Tensor x) {
        if (x.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "Cannot compute trace: shape=" + x.shape() + ", expected [M, N]; reshape it");
        }
        return Autocasting.call(
                AutocastCategory.FP32,
                matrix -> Composite.of(() -> Reductions.sum(Slices.diagonal(matrix[0], 0, 0, 1))),
                x);
    }
}
