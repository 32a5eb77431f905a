// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParallelTest {
    @Test
    void rangesCoverEveryItemOnce() {
        for (int count = 0; count < 100; count++) {
            for (int grain : new int[] {0, 1, 7, 200}) {
                AtomicIntegerArray times = new AtomicIntegerArray(count);
                Parallel.ranges(count, grain, (from, to) -> {
                    assertThat(from).isLessThan(to);
                    for (long i = from; i < to; i++) {
                        times.incrementAndGet((int) i);
                    }
                });
                assertOnce(times);
            }
        }
    }

    @Test
    void workWithinWorkIsDoneToo() {
        AtomicIntegerArray times = new AtomicIntegerArray(100);
        Parallel.tasks(10, outer -> Parallel.tasks(10, inner -> times.incrementAndGet(10 * outer + inner)));
        assertOnce(times);
    }

    @Test
    void threadsMayAskAtTheSameTime() throws InterruptedException {
        AtomicIntegerArray times = new AtomicIntegerArray(3000);
        Thread[] askers = new Thread[3];
        for (int t = 0; t < askers.length; t++) {
            int first = 1000 * t;
            askers[t] = new Thread(() -> {
                for (int round = 0; round < 100; round++) {
                    int start = first + 10 * round;
                    Parallel.tasks(10, task -> times.incrementAndGet(start + task));
                }
            });
            askers[t].start();
        }
        for (Thread asker : askers) {
            asker.join();
        }
        assertOnce(times);
    }

    @Test
    void failuresReachTheCallerAsTheyAreAndWorkGoesOn() {
        IllegalArgumentException failure = new IllegalArgumentException("third");
        assertThatThrownBy(() -> Parallel.tasks(4, task -> {
                    if (task == 3) {
                        throw failure;
                    }
                }))
                .isSameAs(failure);
        workWithinWorkIsDoneToo();
    }

    /** Tries again, since another thread of this process may be spreading work at that moment. */
    @Test
    void laterTasksAreDoneAtTheSameTime() {
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        Parallel.tasks(2, task -> {});
        AtomicBoolean together = new AtomicBoolean();
        for (int attempt = 0; attempt < 20 && !together.get(); attempt++) {
            CyclicBarrier barrier = new CyclicBarrier(2);
            Parallel.tasks(2, task -> {
                try {
                    barrier.await(1, TimeUnit.SECONDS);
                    together.set(true);
                } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                    barrier.reset();
                }
            });
        }
        assertThat(together).isTrue();
    }

    private static void assertOnce(AtomicIntegerArray times) {
        for (int i = 0; i < times.length(); i++) {
            assertThat(times.get(i)).as("item %s of %s", i, times.length()).isEqualTo(1);
        }
    }
}
