// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Refuses in-place writes whose result would depend on the order in which elements are visited. */
final class Overlap {
    private Overlap() {}

    /** @param result shape that {@code op} computes for {@code inputs}, whose first one is the target */
    static void check(Op<?> op, List<Tensor> inputs, Shape result) {
        Tensor target = inputs.get(0);
        if (!target.shape().equals(result)) {
            throw new IllegalArgumentException("Cannot compute " + op + " in place: output with shape " + target.shape()
                    + " doesn't match the broadcast shape " + result + "; compute it out of place");
        }
        for (int d = 0; d < result.rank(); d++) {
            if (result.size(d) > 1 && target.stride(d) == 0) {
                throw refused(op, "more than one element of the written-to tensor refers to a single memory location");
            }
        }
        for (Tensor input : inputs.subList(1, inputs.size())) {
            if (input.sharesStorage(target) && !isSame(input, target) && rangesMeet(input, target)) {
                throw refused(
                        op,
                        "some elements of the input tensor and the written-to tensor refer to a single memory location");
            }
        }
    }

    private static IllegalArgumentException refused(Op<?> op, String why) {
        return new IllegalArgumentException(
                "Cannot compute " + op + " in place: unsupported operation: " + why + "; copy the tensor before");
    }

    private static boolean isSame(Tensor a, Tensor b) {
        return a.address() == b.address() && a.shape().equals(b.shape()) && Arrays.equals(a.strides(), b.strides());
    }

    private static boolean rangesMeet(Tensor a, Tensor b) {
        return a.address() < end(b) && b.address() < end(a);
    }

    private static long end(Tensor tensor) {
        long last = 0;
        for (int d = 0; d < tensor.shape().rank(); d++) {
            last += tensor.stride(d) * Math.max(0, tensor.size(d) - 1);
        }
        return tensor.address() + (last + 1) * tensor.dtype().bytes();
    }
}
