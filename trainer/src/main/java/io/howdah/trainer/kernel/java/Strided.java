// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/**
 * Walks several tensors of one shape together, whatever their strides, as runs of equally spaced elements. Dimensions
 * that lie end to end in every tensor are merged, so that contiguous tensors are one run.
 */
final class Strided {
    /** Handles one run. */
    @FunctionalInterface
    interface Run {
        /**
         * @param addresses address of the first element per tensor
         * @param steps distance between elements in bytes, per tensor
         * @param count number of elements
         */
        void over(long[] addresses, long[] steps, long count);
    }

    private final long[] sizes;
    private final long[][] steps;
    private int rank;

    private Strided(Shape shape, Tensor[] tensors) {
        this.sizes = new long[shape.rank()];
        this.steps = new long[shape.rank()][tensors.length];
        long[][] strides = new long[tensors.length][];
        for (int t = 0; t < tensors.length; t++) {
            strides[t] = tensors[t].strides();
        }
        for (int d = 0; d < shape.rank(); d++) {
            if (shape.size(d) != 1) {
                append(shape.size(d), d, strides, tensors);
            }
        }
    }

    /** Adds one dimension, outermost first, or merges it into the previous one. */
    private void append(long size, int dimension, long[][] strides, Tensor[] tensors) {
        boolean merge = rank > 0;
        for (int t = 0; t < tensors.length && merge; t++) {
            merge = steps[rank - 1][t]
                    == strides[t][dimension] * tensors[t].dtype().bytes() * size;
        }
        if (merge) {
            rank--;
        } else {
            sizes[rank] = 1;
        }
        sizes[rank] *= size;
        for (int t = 0; t < tensors.length; t++) {
            steps[rank][t] = strides[t][dimension] * tensors[t].dtype().bytes();
        }
        rank++;
    }

    /** Calls {@code run} for all elements in row-major order. */
    static void forEachRun(Run run, Tensor... tensors) {
        Shape shape = tensors[0].shape();
        if (shape.elements() > 0) {
            long[] addresses = new long[tensors.length];
            for (int t = 0; t < tensors.length; t++) {
                addresses[t] = tensors[t].address();
            }
            new Strided(shape, tensors).walk(0, addresses, run);
        }
        for (Tensor tensor : tensors) {
            Reference.reachabilityFence(tensor);
        }
    }

    private void walk(int dimension, long[] addresses, Run run) {
        if (rank == 0) {
            run.over(addresses, new long[addresses.length], 1);
        } else if (dimension == rank - 1) {
            run.over(addresses, steps[dimension], sizes[dimension]);
        } else {
            long[] current = addresses.clone();
            for (long i = 0; i < sizes[dimension]; i++) {
                walk(dimension + 1, current, run);
                for (int t = 0; t < current.length; t++) {
                    current[t] += steps[dimension][t];
                }
            }
        }
    }
}
