// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TeamTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void everyItemIsDoneOnceBeforeItReturns(int threads) {
        try (Team team = new Team(threads)) {
            for (int round = 0; round < 300; round++) {
                int items = round % 23;
                AtomicIntegerArray times = new AtomicIntegerArray(items);
                team.run(items, (item, thread) -> {
                    assertThat(thread).isBetween(0, threads - 1);
                    times.incrementAndGet(item);
                });
                for (int item = 0; item < items; item++) {
                    assertThat(times.get(item)).as("item %s of %s", item, items).isEqualTo(1);
                }
            }
        }
    }

    /** The first item of the other thread's share waits for all others, some of which are of that share too. */
    @Test
    void threadsThatAreDoneHelpThoseThatAreHeldUp() {
        int items = 10;
        CountDownLatch others = new CountDownLatch(items - 1);
        try (Team team = new Team(2)) {
            team.run(items, (item, thread) -> {
                if (item == items / 2) {
                    await(others);
                } else {
                    others.countDown();
                }
            });
        }
        assertThat(others.getCount()).isZero();
    }

    @Test
    void failuresReachTheCallerAndTheTeamGoesOn() {
        try (Team team = new Team(2)) {
            assertThatThrownBy(() -> team.run(4, (item, thread) -> {
                        if (item == 3) {
                            throw new IllegalArgumentException("third");
                        }
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("third");
            AtomicIntegerArray times = new AtomicIntegerArray(4);
            team.run(4, (item, thread) -> times.incrementAndGet(item));
            assertThat(times.toString()).isEqualTo("[1, 1, 1, 1]");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
