// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.ServerParts;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.Counter;
import io.howdah.trainer.sync.ParameterShard;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of faults with every shard on two servers. {@code -Psimulation} takes more of them; {@code
 * -Dfailover.seed=N} replays the one that a failure names.
 */
class FailoverTest {
    private static final int BROKEN_SCHEDULES = 200;

    private static Simulation simulation(long seed, Parts parts) {
        return new Simulation(Schedule.of(seed).withReplicas(), parts);
    }

    @Test
    void everyScheduleHasTheBitsOfTheSerialRun() {
        Queue<SimulationResult> results = ManySchedules.run(
                "failover.seed",
                Long.getLong("simulation.schedules", 2_000) / 2,
                seed -> simulation(seed, Parts.production()));
        if (results.size() > 1) {
            assertEverythingHappened(results);
        }
    }

    private static void assertEverythingHappened(Queue<SimulationResult> results) {
        Map<Faults.Kind, Integer> kinds = new EnumMap<>(Faults.Kind.class);
        results.forEach(result -> result.faults().forEach(kind -> kinds.merge(kind, 1, Integer::sum)));
        assertThat(kinds).containsOnlyKeys(Faults.Kind.values());
        assertThat(results)
                .as("several servers lost in one generation")
                .anyMatch(result -> result.generations() == 1 && result.counter(Counter.PROMOTIONS) > 2);
        assertThat(results).as("too many at once").anyMatch(result -> result.generations() > 1);
    }

    @Test
    void aSeedRepeatsExactly() {
        for (long seed = 0; seed < 10; seed++) {
            SimulationResult first = simulation(seed, Parts.production()).run();
            SimulationResult second = simulation(seed, Parts.production()).run();
            assertThat(second).as("seed %d", seed).isEqualTo(first);
        }
    }

    /** Steps that do not wait for the backup are lost with the primary. */
    @Test
    void notWaitingForBackupsIsNoticed() {
        Parts hasty = new Parts(new ServerParts(ParameterShard::new, false), Admission::new);
        // One is enough: a schedule that gets stuck takes long to be given up.
        assertThat(LongStream.range(0, BROKEN_SCHEDULES)
                        .anyMatch(seed -> simulation(seed, hasty).run().problem() != null))
                .isTrue();
    }
}
