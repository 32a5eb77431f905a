// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowIndexTest {
    /** Few distinct ids, so that they come back; in a row, spread, or with equal low bits. */
    private static long id(Random random, int kind) {
        long number = random.nextInt(3000);
        return switch (kind) {
            case 0 -> number;
            case 1 -> number * 0x9E3779B97F4A7C15L;
            default -> number << 48;
        };
    }

    @ParameterizedTest(name = "{0} segment bits, kind {1}")
    @CsvSource({"0,0", "0,1", "0,2", "3,0", "8,1", "8,2"})
    void doesWhatAMapOfIdsDoes(int segmentBits, int kind) {
        long seed = new Random().nextLong();
        String text = "seed " + seed;
        Random random = new Random(seed);
        RowIndex index = new RowIndex(segmentBits);
        Map<Long, Integer> oracle = new HashMap<>();
        for (int operation = 0; operation < 60_000; operation++) {
            long id = id(random, kind);
            Integer slot = oracle.get(id);
            boolean shrinking = operation / 10_000 % 2 == 1;
            int choice = random.nextInt(10);
            if (choice == 9 && operation % 20_000 == 0) {
                index.clear();
                oracle.clear();
            } else if (choice < (shrinking ? 6 : 3)) {
                assertThat(index.find(id)).as(text).isEqualTo(slot == null ? RowIndex.ABSENT : slot);
                if (slot != null) {
                    index.remove(slot);
                    oracle.remove(id);
                    assertThat(index.isLive(slot)).as(text).isFalse();
                }
            } else {
                int added = index.add(id);
                if (slot != null) {
                    assertThat(added).as(text).isEqualTo(slot);
                } else {
                    assertThat(oracle).as(text).doesNotContainValue(added);
                    oracle.put(id, added);
                }
            }
            assertThat(index.size()).as(text).isEqualTo(oracle.size());
        }
        assertSame(index, oracle, text);
    }

    private static void assertSame(RowIndex index, Map<Long, Integer> oracle, String text) {
        oracle.forEach((id, slot) -> {
            assertThat(index.find(id)).as(text).isEqualTo(slot);
            assertThat(index.id(slot)).as(text).isEqualTo(id);
            assertThat(index.isLive(slot)).as(text).isTrue();
        });
        int live = 0;
        for (int slot = 0; slot < index.end(); slot++) {
            live += index.isLive(slot) ? 1 : 0;
        }
        assertThat(live).as(text).isEqualTo(oracle.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void slotsOfRemovedIdsAreUsedAgain(int segmentBits) {
        RowIndex index = new RowIndex(segmentBits);
        Set<Integer> freed = new HashSet<>();
        for (long id = 0; id < 1000; id++) {
            index.add(id);
        }
        for (long id = 0; id < 1000; id += 3) {
            freed.add(index.find(id));
            index.remove(index.find(id));
        }
        List<Integer> slots = new ArrayList<>();
        for (long id = -1; id >= -freed.size(); id--) {
            slots.add(index.add(id));
        }
        assertThat(slots).containsExactlyInAnyOrderElementsOf(freed);
        assertThat(index.end()).isEqualTo(1000);
        assertThat(index.add(5000)).isEqualTo(1000);
    }
}
