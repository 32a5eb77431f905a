// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.decode.DecodingStatistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GenerationCountersTest {
    private static final DecodingStatistics ALL =
            new DecodingStatistics(4, 50, 1000, 20, 30, 66, 90, List.of(30L, 30L, 30L), List.of(20L, 12L, 4L), 2000);
    private static final DecodingStatistics DRAFTED =
            new DecodingStatistics(2, 20, 400, 10, 15, 33, 45, List.of(), List.of(), 1000);
    private static final DecodingStatistics PLAIN =
            new DecodingStatistics(2, 20, 400, 33, 33, 33, 0, List.of(), List.of(), 1500);

    @Test
    void theSumsOfTwoTasksAreReadBack() {
        TaskStatistics task = new TaskStatistics(4, 1, ALL, DRAFTED, PLAIN, 0);
        Map<String, Long> counters = new TreeMap<>();
        GenerationCounters.write(task, (name, amount) -> counters.merge(name, amount, Long::sum));
        GenerationCounters.write(task, (name, amount) -> counters.merge(name, amount, Long::sum));
        TaskStatistics sum = GenerationCounters.read(name -> counters.getOrDefault(name, 0L));
        assertThat(sum).isEqualTo(new TaskStatistics(8, 2, ALL.plus(ALL), DRAFTED.plus(DRAFTED), PLAIN.plus(PLAIN), 0));
        assertThat(sum.speedUp()).isEqualTo(1.5);
        assertThat(counters).hasSizeLessThan(60);
    }
}
