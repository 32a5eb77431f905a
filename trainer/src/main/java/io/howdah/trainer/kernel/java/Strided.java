// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
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

    private final Tensor[] tensors;
    private final long[] sizes;
    private final long[][] steps;
    private final long[] first;
    private int rank;

    private Strided(Tensor[] tensors) {
        this.tensors = tensors;
        Shape shape = tensors[0].shape();
        this.sizes = new long[shape.rank() + 1];
        this.steps = new long[shape.rank() + 1][tensors.length];
        this.first = new long[tensors.length];
        for (int t = 0; t < tensors.length; t++) {
            first[t] = tensors[t].address();
        }
        for (int d = 0; d < shape.rank(); d++) {
            if (shape.size(d) != 1) {
                append(shape.size(d), d);
            }
        }
        if (rank == 0) {
            sizes[rank++] = 1;
        }
    }

    /** Adds one dimension, outermost first, or merges it into the previous one. */
    private void append(long size, int dimension) {
        boolean merge = rank > 0;
        for (int t = 0; t < tensors.length && merge; t++) {
            merge = steps[rank - 1][t] == step(t, dimension) * size;
        }
        if (merge) {
            rank--;
        } else {
            sizes[rank] = 1;
        }
        sizes[rank] *= size;
        for (int t = 0; t < tensors.length; t++) {
            steps[rank][t] = step(t, dimension);
        }
        rank++;
    }

    private long step(int tensor, int dimension) {
        return tensors[tensor].stride(dimension) * tensors[tensor].dtype().bytes();
    }

    /** Calls {@code run} for all elements in row-major order. */
    static void forEachRun(Run run, Tensor... tensors) {
        if (tensors[0].elements() > 0) {
            Strided strided = new Strided(tensors);
            strided.walk(0, strided.runs(), run);
        }
        fence(tensors);
    }

    /** Calls {@code run} for all elements, in any order and on several threads where there are many. */
    static void inParallel(Run run, Tensor... tensors) {
        long elements = tensors[0].elements();
        if (elements > 0) {
            Strided strided = new Strided(tensors);
            long runs = strided.runs();
            if (runs == 1) {
                Parallel.ranges(elements, Parallel.GRAIN, (from, to) -> strided.part(from, to, run));
            } else {
                long grain = Math.max(1, Parallel.GRAIN * runs / elements);
                Parallel.ranges(runs, grain, (from, to) -> strided.walk(from, to, run));
            }
        }
        fence(tensors);
    }

    private static void fence(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            Reference.reachabilityFence(tensor);
        }
    }

    private long runs() {
        long runs = 1;
        for (int d = 0; d < rank - 1; d++) {
            runs *= sizes[d];
        }
        return runs;
    }

    /** Part of the only run. */
    private void part(long from, long to, Run run) {
        long[] addresses = first.clone();
        for (int t = 0; t < addresses.length; t++) {
            addresses[t] += from * steps[0][t];
        }
        run.over(addresses, steps[0], to - from);
    }

    private void walk(long from, long to, Run run) {
        long[] addresses = first.clone();
        long[] places = new long[rank];
        long rest = from;
        for (int d = rank - 2; d >= 0; d--) {
            places[d] = rest % sizes[d];
            rest /= sizes[d];
            for (int t = 0; t < addresses.length; t++) {
                addresses[t] += places[d] * steps[d][t];
            }
        }
        for (long i = from; i < to; i++) {
            run.over(addresses, steps[rank - 1], sizes[rank - 1]);
            advance(places, addresses);
        }
    }

    private void advance(long[] places, long[] addresses) {
        for (int d = rank - 2; d >= 0; d--) {
            boolean carry = ++places[d] == sizes[d] && d > 0;
            for (int t = 0; t < addresses.length; t++) {
                addresses[t] += carry ? -(sizes[d] - 1) * steps[d][t] : steps[d][t];
            }
            if (!carry) {
                return;
            }
            places[d] = 0;
        }
    }
}
