// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Tensors that are slices of one tensor, as the queries, keys and values of one projection are. */
final class SideBySide {
    private SideBySide() {}

    /**
     * Empty tensors of dtype, shape and order of [N, H, T, D] tensors. If those are heads side by side in rows [N, T, ΣH·D],
     * so are these, and the rows need not be put together from them.
     */
    static Tensor[] emptyLike(Tensor... tensors) {
        if (!areSlices(tensors)) {
            return Arrays.stream(tensors)
                    .map(tensor -> MemoryOrder.emptyLike(tensor, tensor.shape()))
                    .toArray(Tensor[]::new);
        }
        Tensor first = tensors[0];
        Tensor rows = Tensor.empty(first.dtype(), Shape.of(first.size(0), first.size(2), first.stride(2)));
        Tensor[] slices = new Tensor[tensors.length];
        long offset = 0;
        for (int i = 0; i < slices.length; i++) {
            Shape shape = tensors[i].shape();
            slices[i] = rows.subview(shape, tensors[i].strides(), offset);
            offset += shape.size(1) * shape.size(3);
        }
        return slices;
    }

    /** Whether the tensors follow each other in the rows of one, and fill them. */
    private static boolean areSlices(Tensor... tensors) {
        Tensor first = tensors[0];
        if (first.shape().rank() != 4) {
            return false;
        }
        long width = first.stride(2);
        long[] strides = {first.size(2) * width, first.size(3), width, 1};
        long next = first.address();
        for (Tensor tensor : tensors) {
            boolean adjoins = tensor.dtype() == first.dtype()
                    && tensor.sharesStorage(first)
                    && tensor.address() == next
                    && tensor.size(0) == first.size(0)
                    && tensor.size(2) == first.size(2)
                    && tensor.size(3) == first.size(3)
                    && Arrays.equals(tensor.strides(), strides);
            if (!adjoins) {
                return false;
            }
            next += tensor.size(1) * tensor.size(3) * first.dtype().bytes();
        }
        return next - first.address() == width * first.dtype().bytes();
    }
}
