// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Refuses in-place writes whose result would depend on the order in which elements are visited. */
final class Overlap {
    private static final String SHARED =
            "some elements of the input tensor and the written-to tensor refer to a single memory location";

    private Overlap() {}

    /** Checks the target, which is the first input, by itself and against the others. */
    static void check(Op<?> op, Tensor[] inputs) {
        Tensor target = inputs[0];
        if (!op.allowsOverlap()) {
            checkTarget(op.name(), target);
        }
        for (int i = 1; i < inputs.length; i++) {
            Tensor input = inputs[i];
            if (input.sharesStorage(target) && !isSame(input, target) && meet(input, target)) {
                throw refused(op.name(), SHARED);
            }
        }
    }

    /** Refuses inputs that share elements with the target, even if they are the same tensor. */
    static void checkApart(String op, Tensor target, Tensor... inputs) {
        for (Tensor input : inputs) {
            if (input.sharesStorage(target) && (isSame(input, target) || meet(input, target))) {
                throw refused(op, SHARED);
            }
        }
    }

    /** Refuses a target several of whose elements are one. */
    static void checkTarget(String op, Tensor target) {
        if (isOverlapping(target)) {
            throw refused(op, "more than one element of the written-to tensor refers to a single memory location");
        }
    }

    static boolean isOverlapping(Tensor tensor) {
        return !tensor.isContiguous() && isOverlapping(tensor.shape(), tensor.strides());
    }

    /**
     * Whether two elements share memory: exact where the dimensions, ordered by stride, nest in each other, and where
     * they do not, as in overlapping windows, found by counting.
     */
    static boolean isOverlapping(Shape shape, long[] strides) {
        if (shape.elements() < 2) {
            return false;
        }
        Integer[] order = new Integer[strides.length];
        Arrays.setAll(order, d -> d);
        Arrays.sort(order, (a, b) -> Long.compare(strides[a], strides[b]));
        long extent = 1;
        boolean nested = true;
        for (int d : order) {
            if (shape.size(d) > 1) {
                if (strides[d] == 0) {
                    return true;
                }
                nested &= strides[d] >= extent;
                extent += strides[d] * (shape.size(d) - 1);
            }
        }
        return !nested && (extent < shape.elements() || hasRepeatedOffset(shape, strides));
    }

    private static boolean hasRepeatedOffset(Shape shape, long[] strides) {
        long[] offsets = sortedOffsets(0, shape, strides);
        for (int i = 1; i < offsets.length; i++) {
            if (offsets[i] == offsets[i - 1]) {
                return true;
            }
        }
        return false;
    }

    /** Places of all elements in their storage, ascending. */
    private static long[] sortedOffsets(Tensor tensor) {
        return sortedOffsets(tensor.offset(), tensor.shape(), tensor.strides());
    }

    private static long[] sortedOffsets(long first, Shape shape, long[] strides) {
        long[] offsets = {first};
        for (int d = 0; d < strides.length; d++) {
            long stride = strides[d];
            int size = Math.toIntExact(shape.size(d));
            long[] after = new long[Math.multiplyExact(offsets.length, size)];
            for (int i = 0; i < after.length; i++) {
                after[i] = offsets[i / size] + i % size * stride;
            }
            offsets = after;
        }
        Arrays.sort(offsets);
        return offsets;
    }

    private static IllegalArgumentException refused(String op, String why) {
        return new IllegalArgumentException("Cannot compute " + op + " in place: unsupported operation: " + why
                + ", expected elements of their own; clone() the tensor before");
    }

    private static boolean isSame(Tensor a, Tensor b) {
        return a.offset() == b.offset() && a.shape().equals(b.shape()) && Arrays.equals(a.strides(), b.strides());
    }

    private static boolean meet(Tensor a, Tensor b) {
        if (a.elements() == 0 || b.elements() == 0 || a.offset() >= end(b) || b.offset() >= end(a)) {
            return false;
        }
        if (a.isContiguous() && b.isContiguous()) {
            return true;
        }
        // Columns of one matrix interleave without meeting.
        long[] first = sortedOffsets(a);
        long[] second = sortedOffsets(b);
        int i = 0;
        int j = 0;
        while (i < first.length && j < second.length) {
            if (first[i] == second[j]) {
                return true;
            }
            if (first[i] < second[j]) {
                i++;
            } else {
                j++;
            }
        }
        return false;
    }

    private static long end(Tensor tensor) {
        long last = tensor.offset();
        for (int d = 0; d < tensor.shape().rank(); d++) {
            last += tensor.stride(d) * (tensor.size(d) - 1);
        }
        return last + 1;
    }
}
