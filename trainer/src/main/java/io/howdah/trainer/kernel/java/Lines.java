// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Views that put the dimension along which a kernel works last, so that it lies in row-major order. */
final class Lines {
    private Lines() {}

    /** The same elements with one dimension moved to the end; scalars become one line of one element. */
    static Tensor along(Tensor tensor, int dimension) {
        int rank = tensor.shape().rank();
        if (rank == 0) {
            return tensor.subview(Shape.of(1), new long[] {1}, 0);
        }
        int moved = dimension < 0 ? dimension + rank : dimension;
        int[] order = new int[rank];
        int next = 0;
        for (int d = 0; d < rank; d++) {
            order[d == moved ? rank - 1 : next++] = d;
        }
        return Layouts.permuted(tensor, order);
    }

    /** Number of lines of a tensor made by {@link #along}. */
    static long count(Tensor lines) {
        long count = 1;
        for (int d = 0; d < lines.shape().rank() - 1; d++) {
            count *= lines.size(d);
        }
        return count;
    }

    /** Handles lines of {@code length} elements in parallel. */
    static void each(long count, long length, Parallel.Range body) {
        Parallel.ranges(count, Parallel.GRAIN / Math.max(1, Math.min(Parallel.GRAIN, length)), body);
    }
}
