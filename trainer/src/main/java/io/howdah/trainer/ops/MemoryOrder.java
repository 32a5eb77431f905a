// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** In which order the dimensions of a tensor lie in memory. */
final class MemoryOrder {
    private MemoryOrder() {}

    /**
     * An empty tensor of the dtype of {@code like} whose dimensions lie in the order of those of {@code like}, so that
     * what was transposed before an op can be transposed back behind it without a copy.
     *
     * @param shape of the rank of {@code like}
     */
    static Tensor emptyLike(Tensor like, Shape shape) {
        int rank = shape.rank();
        long[] strides = new long[rank];
        boolean[] placed = new boolean[rank];
        long stride = 1;
        for (int n = 0; n < rank; n++) {
            int next = -1;
            for (int d = rank - 1; d >= 0; d--) {
                if (!placed[d] && (next < 0 || like.stride(d) < like.stride(next))) {
                    next = d;
                }
            }
            placed[next] = true;
            strides[next] = stride;
            stride *= Math.max(1, shape.size(next));
        }
        return Tensor.emptyStrided(like.dtype(), shape, strides);
    }
}
