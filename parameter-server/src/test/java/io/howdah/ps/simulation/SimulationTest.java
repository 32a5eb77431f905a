// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.wire.Counter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of faults. {@code -Psimulation} takes more of them; {@code -Dsimulation.seed=N} replays the one that a
 * failure names.
 */
class SimulationTest {
    @Test
    void everyScheduleHasTheBitsOfTheSerialRun() {
        Queue<SimulationResult> results = ManySchedules.run(
                "simulation.seed",
                Long.getLong("simulation.schedules", 2_000),
                seed -> new Simulation(Schedule.of(seed), Parts.production()));
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
