// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
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
        return Tensor.emptyStrided(like.dtype(), shape, strides(like, shape));
    }

    /** An empty tensor of the shape of {@code like}, in its order where its elements lie without gaps, else contiguous. */
    static Tensor emptyAlike(Tensor like, DType dtype) {
        if (like.isChannelsLast()) {
            return emptyPlanes(like, like.shape(), dtype);
        }
        if (!like.isContiguous()) {
            long[] strides = strides(like, like.shape());
            if (isAlike(like, strides)) {
                return Tensor.emptyStrided(dtype, like.shape(), strides);
            }
        }
        return Tensor.empty(dtype, like.shape());
    }

    /** An empty [N, C′, …] for planes [N, C, …]: channels last where those are so, else contiguous. */
    static Tensor emptyPlanes(Tensor like, Shape shape, DType dtype) {
        return like.isChannelsLast()
                ? Tensor.emptyStrided(dtype, shape, shape.channelsLastStrides())
                : Tensor.empty(dtype, shape);
    }

    private static boolean isAlike(Tensor x, long[] strides) {
        for (int d = 0; d < strides.length; d++) {
            if (x.size(d) != 1 && x.stride(d) != strides[d]) {
                return false;
            }
        }
        return true;
    }

    /** Strides without gaps for {@code shape}, its dimensions in the order of those of {@code like}. */
    private static long[] strides(Tensor like, Shape shape) {
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
        return strides;
    }
}
