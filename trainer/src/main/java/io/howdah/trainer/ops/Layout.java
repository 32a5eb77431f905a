// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/**
 * Where the elements of a view lie in memory.
 *
 * @param shape shape of the view
 * @param strides strides of the view in elements
 * @param offset distance, in elements, of its first element from the first one of the tensor that it is a view of
 */
record Layout(Shape shape, long[] strides, long offset) {
    /** The layout of a tensor, seen from itself. */
    static Layout of(Tensor tensor) {
        return new Layout(tensor.shape(), tensor.strides(), 0);
    }

    /** The layout of a contiguous tensor, seen from itself. */
    static Layout contiguous(Shape shape) {
        return new Layout(shape, shape.contiguousStrides(), 0);
    }

    /** The view, unknown to autograd. */
    Tensor in(Tensor base) {
        return base.subview(shape, strides, shape.elements() == 0 ? 0 : offset);
    }

    /** The same elements seen from an element that lies {@code distance} before. */
    Layout shifted(long distance) {
        return new Layout(shape, strides, offset + distance);
    }

    /** The place behind its last element; its offset if it has none. */
    long end() {
        if (shape.elements() == 0) {
            return offset;
        }
        long last = offset;
        for (int d = 0; d < strides.length; d++) {
            last += strides[d] * (shape.size(d) - 1);
        }
        return last + 1;
    }

    boolean isContiguous() {
        return offset == 0 && Arrays.equals(strides, shape.contiguousStrides());
    }
}
