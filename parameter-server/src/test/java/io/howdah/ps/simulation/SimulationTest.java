// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.wire.Counter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of faults. {@code -Psimulation} takes more of them; {@code -Dsimulation.seed=N} replays the one that a
 * failure names.
 */
class SimulationTest {
    private static final int SHOWN = 5;

    private static LongStream seeds() {
        Long one = Long.getLong("simulation.seed");
        return one != null
                ? LongStream.of(one)
                : LongStream.range(0, Long.getLong("simulation.schedules", 2_000))
                        .parallel();
    }

    @Test
    void everyScheduleHasTheBitsOfTheSerialRun() {
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        Queue<SimulationResult> results = new ConcurrentLinkedQueue<>();
        seeds().forEach(seed -> {
            SimulationResult result = new Simulation(Schedule.of(seed), Parts.production()).run();
            results.add(result);
            if (result.problem() != null) {
                failures.add(result.problem() + "; replay it with -Dsimulation.seed=" + seed);
            }
        });
        assertThat(failures.stream().limit(SHOWN).toList())
                .as("%d of %d schedules", failures.size(), results.size())
                .isEmpty();
        if (results.size() > 1) {
            assertEverythingHappened(results);
        }
    }

    private static void assertEverythingHappened(Queue<SimulationResult> results) {
        Map<Faults.Kind, Integer> kinds = new EnumMap<>(Faults.Kind.class);
        results.forEach(result -> result.faults().forEach(kind -> kinds.merge(kind, 1, Integer::sum)));
        assertThat(kinds).containsOnlyKeys(Faults.kinds(false).toArray(Faults.Kind[]::new));
        for (Counter counter : List.of(
                Counter.DUPLICATES, Counter.WAITED, Counter.FENCED, Counter.APPLIED_STEPS, Counter.SKIPPED_STEPS)) {
            assertThat(results.stream()
                            .mapToLong(result -> result.counter(counter))
                            .sum())
                    .as(counter.label())
                    .isPositive();
        }
        assertThat(results).anyMatch(result -> result.generations() > 2);
    }

    @Test
    void aSeedRepeatsExactly() {
        for (long seed = 0; seed < 20; seed++) {
            SimulationResult first = new Simulation(Schedule.of(seed), Parts.production()).run();
            SimulationResult second = new Simulation(Schedule.of(seed), Parts.production()).run();
            assertThat(second).as("seed %d", seed).isEqualTo(first);
        }
    }
}
