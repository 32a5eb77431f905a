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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of faults with every shard on two servers. {@code -Psimulation} takes more of them; {@code
 * -Dfailover.seed=N} replays the one that a failure names.
 */
class FailoverTest {
    private static final int SHOWN = 5;
    private static final int BROKEN_SCHEDULES = 200;

    private static LongStream seeds() {
        Long one = Long.getLong("failover.seed");
        return one != null
                ? LongStream.of(one)
                : LongStream.range(0, Long.getLong("simulation.schedules", 2_000) / 2)
                        .parallel();
    }

    private static SimulationResult run(long seed, Parts parts) {
        return new Simulation(Schedule.of(seed).withReplicas(), parts).run();
    }

    @Test
    void everyScheduleHasTheBitsOfTheSerialRun() {
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        Queue<SimulationResult> results = new ConcurrentLinkedQueue<>();
        seeds().forEach(seed -> {
            SimulationResult result = run(seed, Parts.production());
            results.add(result);
            if (result.problem() != null) {
                failures.add(result.problem() + "; replay it with -Dfailover.seed=" + seed);
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
        assertThat(kinds).containsOnlyKeys(Faults.Kind.values());
        assertThat(results)
                .as("several servers lost in one generation")
                .anyMatch(result -> result.generations() == 1 && result.counter(Counter.PROMOTIONS) > 2);
        assertThat(results).as("too many at once").anyMatch(result -> result.generations() > 1);
    }

    @Test
    void aSeedRepeatsExactly() {
        for (long seed = 0; seed < 10; seed++) {
            assertThat(run(seed, Parts.production())).as("seed %d", seed).isEqualTo(run(seed, Parts.production()));
        }
    }

    /** Steps that do not wait for the backup are lost with the primary. */
    @Test
    void notWaitingForBackupsIsNoticed() {
        Parts hasty = new Parts(new ServerParts(ParameterShard::new, false), Admission::new);
        // One is enough: a schedule that gets stuck takes long to be given up.
        assertThat(LongStream.range(0, BROKEN_SCHEDULES)
                        .anyMatch(seed -> run(seed, hasty).problem() != null))
                .isTrue();
    }
}
