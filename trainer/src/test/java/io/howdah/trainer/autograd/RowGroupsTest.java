// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowGroupsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 7, 5000, 1L << 40, Long.MAX_VALUE})
    void everyRowHasItsOccurrencesInOrder(long bound) {
        Random random = new Random(bound);
        for (int count : new int[] {0, 1, 3, 2000}) {
            long[] rows = random.longs(count, 0, bound).toArray();
            Map<Long, List<Integer>> expected = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                expected.computeIfAbsent(rows[i], row -> new ArrayList<>()).add(i);
            }

            RowGroups groups = RowGroups.of(rows);

            Map<Long, List<Integer>> actual = new TreeMap<>();
            for (int group = 0; group < groups.size(); group++) {
                List<Integer> places = new ArrayList<>();
                for (int i = groups.starts()[group]; i < groups.starts()[group + 1]; i++) {
                    places.add(groups.order()[i]);
                }
                actual.put(groups.numbers()[group], places);
            }
            assertThat(actual).isEqualTo(expected);
            assertThat(groups.numbers()).isSorted();
        }
    }
}
