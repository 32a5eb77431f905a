// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * The matrices of all heads of all examples in one run, [G, R, C] with whole rows: the tensor itself where it lies so,
 * else a copy, so that one product serves many heads.
 */
final class HeadMatrices implements AutoCloseable {
    private final Tensor whole;
    private final Tensor matrices;
    private final boolean copied;

    private HeadMatrices(Tensor whole, Tensor matrices, boolean copied) {
        this.whole = whole;
        this.matrices = matrices;
        this.copied = copied;
    }

    /** The matrices of {@code whole}, […, R, C], to be read. */
    static HeadMatrices of(Tensor whole) {
        HeadMatrices heads = into(whole);
        if (heads.copied) {
            Backends.current().convert(whole, heads.inShapeOfWhole());
        }
        return heads;
    }

    /** Where the matrices of {@code whole} are to be written; {@link #deliver} brings them there. */
    static HeadMatrices into(Tensor whole) {
        int rank = whole.shape().rank();
        long rows = whole.size(-2);
        long columns = whole.size(-1);
        Shape shape = Shape.of(rows * columns == 0 ? 0 : whole.elements() / (rows * columns), rows, columns);
        if (!isMergeable(whole) || whole.stride(-1) != 1 && columns != 1) {
            return new HeadMatrices(whole, Tensor.empty(whole.dtype(), shape), true);
        }
        long[] strides = {rank > 2 ? whole.stride(-3) : rows * whole.stride(-2), whole.stride(-2), 1};
        return new HeadMatrices(whole, whole.subview(shape, strides, 0), false);
    }

    /** The transposed matrices, [G, C, R]; in 16 bits a copy, which makes products faster by more than it costs. */
    HeadMatrices transposed() {
        Tensor swapped = Views.swapped(matrices);
        return swapped.dtype().bytes() == 2 ? of(swapped) : new HeadMatrices(swapped, swapped, false);
    }

    void deliver() {
        if (copied) {
            Backends.current().convert(inShapeOfWhole(), whole);
        }
    }

    private Tensor inShapeOfWhole() {
        return matrices.view(whole.shape(), whole.shape().contiguousStrides(), 0);
    }

    /** Whether all leading dimensions are one with one stride. */
    private static boolean isMergeable(Tensor tensor) {
        return mergeable(tensor) == tensor.elements() / Math.max(1, tensor.size(-2) * tensor.size(-1));
    }

    /** How many matrices in a row lie at equal distances, counted in the innermost leading dimensions. */
    static long mergeable(Tensor tensor) {
        int last = tensor.shape().rank() - 3;
        long count = last < 0 ? 1 : tensor.size(last);
        for (int d = last - 1; d >= 0; d--) {
            if (tensor.size(d) != 1 && tensor.stride(d) != tensor.stride(d + 1) * tensor.size(d + 1)) {
                break;
            }
            count *= tensor.size(d);
        }
        return count;
    }

    /** The matrices of some heads. */
    Tensor all(long head, long heads) {
        return part(head, heads, 0, matrices.size(1));
    }

    /** Some rows of the matrices of some heads. */
    Tensor part(long head, long heads, long first, long count) {
        long offset = head * matrices.stride(0) + first * matrices.stride(1);
        return matrices.subview(Shape.of(heads, count, matrices.size(2)), matrices.strides(), offset);
    }

    @Override
    public void close() {
        if (copied) {
            matrices.close();
        }
    }
}
