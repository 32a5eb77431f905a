// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Views with other orders of the dimensions. */
final class Layouts {
    private Layouts() {}

    /** All tensors, of one shape, with their dimensions in the order in which the first one lies in memory. */
    static Tensor[] inOrderOfFirst(Tensor first, Tensor... others) {
        Tensor[] tensors = new Tensor[others.length + 1];
        tensors[0] = first;
        System.arraycopy(others, 0, tensors, 1, others.length);
        int[] order = order(first);
        if (!first.isContiguous() && !isAscending(order)) {
            for (int i = 0; i < tensors.length; i++) {
                tensors[i] = permuted(tensors[i], order);
            }
        }
        return tensors;
    }

    /** The dimensions from the largest stride to the smallest. */
    static int[] order(Tensor tensor) {
        int[] order = new int[tensor.shape().rank()];
        for (int d = 0; d < order.length; d++) {
            int at = d;
            while (at > 0 && tensor.stride(order[at - 1]) < tensor.stride(d)) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = d;
        }
        return order;
    }

    private static boolean isAscending(int[] order) {
        for (int d = 0; d < order.length; d++) {
            if (order[d] != d) {
                return false;
            }
        }
        return true;
    }

    static Tensor permuted(Tensor tensor, int... order) {
        long[] sizes = new long[order.length];
        long[] strides = new long[order.length];
        for (int d = 0; d < order.length; d++) {
            sizes[d] = tensor.size(order[d]);
            strides[d] = tensor.stride(order[d]);
        }
        return tensor.subview(Shape.of(sizes), strides, 0);
    }
}
