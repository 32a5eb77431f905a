// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Spreads work over the processors. What belongs together is decided by the caller, so that results do not depend on it. */
final class Parallel {
    /** Elements below which another thread costs more than it saves. */
    static final long GRAIN = 1 << 15;

    /** Ranges per processor, so that a late thread does not hold up the others. */
    private static final int RANGES = 3;

    /** Handles the items of one range. */
    @FunctionalInterface
    interface Range {
        void over(long from, long to);
    }

    private Parallel() {}

    /** Splits {@code count} items into ranges of at least {@code grain}, in any order. */
    static void ranges(long count, long grain, Range body) {
        int threads = ForkJoinPool.getCommonPoolParallelism() + 1;
        long ranges = Math.min(count / Math.max(1, grain), (long) threads * RANGES);
        if (threads == 1 || ranges < 2) {
            if (count > 0) {
                body.over(0, count);
            }
            return;
        }
        IntStream.range(0, (int) ranges)
                .parallel()
                .forEach(i -> body.over(count * i / ranges, count * (i + 1) / ranges));
    }

    /** Handles items one by one, in any order; {@code work} is the elements that each one stands for. */
    static void each(int count, long work, IntConsumer body) {
        ranges(count, Math.max(1, GRAIN / Math.max(1, work)), (from, to) -> {
            for (long i = from; i < to; i++) {
                body.accept((int) i);
            }
        });
    }
}
