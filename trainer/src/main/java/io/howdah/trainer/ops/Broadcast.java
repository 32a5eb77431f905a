// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** NumPy's broadcasting: shapes are aligned at the last dimension, and size 1 stretches to any size. */
final class Broadcast {
    private Broadcast() {}

    /** The shape to which both broadcast. */
    static Shape shape(String op, Shape a, Shape b) {
        long[] sizes = new long[Math.max(a.rank(), b.rank())];
        for (int d = 1; d <= sizes.length; d++) {
            long left = d <= a.rank() ? a.size(-d) : 1;
            long right = d <= b.rank() ? b.size(-d) : 1;
            if (left != right && left != 1 && right != 1) {
                throw new IllegalArgumentException("Cannot compute " + op + ": a=" + a + " b=" + b
                        + ", expected sizes that are equal or 1, aligned at the last dimension; reshape one of them");
            }
            sizes[sizes.length - d] = left == 1 ? right : left;
        }
        return Shape.of(sizes);
    }

    /** A view of {@code tensor} with strides of 0 where it is stretched to {@code shape}. */
    static Tensor expand(Tensor tensor, Shape shape) {
        if (tensor.shape().equals(shape)) {
            return tensor;
        }
        long[] strides = new long[shape.rank()];
        for (int d = 1; d <= tensor.shape().rank(); d++) {
            strides[strides.length - d] = tensor.size(-d) == 1 ? 0 : tensor.stride(-d);
        }
        return tensor.subview(shape, strides, 0);
    }
}
