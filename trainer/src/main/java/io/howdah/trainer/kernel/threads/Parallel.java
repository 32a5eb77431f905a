// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.threads;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * Spreads work over the processors, as many as the JVM's common pool takes. What belongs together is decided by the caller, so
 * that results do not depend on it. Work that begins while other work is being spread, on another thread or as a part of
 * it, stays on its own thread.
 */
public final class Parallel {
    /** Elements below which another thread costs more than it saves. */
    public static final long GRAIN = 1 << 15;

    /** Ranges per processor, so that a late thread does not hold up the others. */
    private static final int RANGES = 3;

    /** Shorter than that of threads that do nothing else: those of oneDNN want the processors too. */
    private static final long SPIN_NANOS = 50_000;

    /** Of the JVM's common pool, which says 1 of itself even where it was told to have none. */
    private static final int THREADS = 1
            + Integer.getInteger(
                    "java.util.concurrent.ForkJoinPool.common.parallelism",
                    Runtime.getRuntime().availableProcessors() - 1);

    private static final AtomicBoolean BUSY = new AtomicBoolean();

    /** Handles the items of one range. */
    @FunctionalInterface
    public interface Range {
        void over(long from, long to);
    }

    /** Made when there is something to spread. */
    private static final class Shared {
        private static final Team TEAM = new Team("howdah-kernel", THREADS, SPIN_NANOS);

        private Shared() {}
    }

    private Parallel() {}

    /** Splits {@code count} items into ranges of at least {@code grain}, in any order. */
    public static void ranges(long count, long grain, Range body) {
        int ranges = (int) Math.min(count / Math.max(1, grain), (long) THREADS * RANGES);
        if (ranges >= 2) {
            tasks(ranges, i -> body.over(count * i / ranges, count * (i + 1) / ranges));
        } else if (count > 0) {
            body.over(0, count);
        }
    }

    /** Handles items one by one, in any order; {@code work} is the elements that each one stands for. */
    public static void each(int count, long work, IntConsumer body) {
        ranges(count, Math.max(1, GRAIN / Math.max(1, work)), (from, to) -> {
            for (long i = from; i < to; i++) {
                body.accept((int) i);
            }
        });
    }

    /** Handles tasks of which each one is worth a thread, in any order. */
    public static void tasks(int count, IntConsumer body) {
        if (THREADS > 1 && count > 1 && BUSY.compareAndSet(false, true)) {
            try {
                Shared.TEAM.run(count, (task, thread) -> body.accept(task));
            } finally {
                BUSY.set(false);
            }
        } else {
            for (int task = 0; task < count; task++) {
                body.accept(task);
            }
        }
    }
}
