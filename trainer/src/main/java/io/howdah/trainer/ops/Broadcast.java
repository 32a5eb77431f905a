// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** NumPy's broadcasting: shapes are aligned at the last dimension, and size 1 stretches to any size. */
final class Broadcast {
    private Broadcast() {}

    /** The shape to which both broadcast. */
    static Shape shape(String op, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
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

    /** The shape to which the first {@code count} inputs of a call broadcast. */
    static Shape shape(ForwardCall<?> call, String op, int count) {
        Shape shape = call.input(0).shape();
        for (int i = 1; i < count; i++) {
            shape = shape(op, shape, call.input(i).shape());
        }
        return shape;
    }

    /**
     * A view, unknown to autograd, of {@code tensor} with strides of 0 where it is stretched to {@code shape}.
     *
     * @throws IllegalArgumentException if it does not broadcast to it
     */
    static Tensor expand(String op, Tensor tensor, Shape shape) {
        if (tensor.shape().equals(shape)) {
            return tensor;
        }
        int rank = tensor.shape().rank();
        long[] strides = new long[shape.rank()];
        for (int d = 1; d <= rank; d++) {
            if (d > shape.rank() || tensor.size(-d) != 1 && tensor.size(-d) != shape.size(-d)) {
                throw new IllegalArgumentException("Cannot compute " + op + ": shape=" + tensor.shape()
                        + ", expected one that broadcasts to " + shape + "; reshape it");
            }
            strides[strides.length - d] = tensor.size(-d) == 1 ? 0 : tensor.stride(-d);
        }
        return tensor.subview(shape, strides, 0);
    }
}
