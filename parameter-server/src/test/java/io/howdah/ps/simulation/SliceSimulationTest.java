// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.ServerParts;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.Counter;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.BrokenShards;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.TableShards;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of faults in training by slices: bounds, order, exactly once and bits, as {@link SliceRecord} says. {@code
 * -Psimulation} takes more of them; {@code -Dsimulation.slice.seed=N} replays the one that a failure names.
 */
class SliceSimulationTest {
    private static final int BROKEN = 100;
    private static final int MANY_FAULTS = 60;

    @Test
    void everyScheduleHasTheBitsOfItsDecidedOrder() {
        Queue<SimulationResult> results = ManySchedules.run(
                "simulation.slice.seed",
                Long.getLong("simulation.slice.schedules", 300),
                seed -> new Simulation(Schedule.bySlices(seed), Parts.production()));
        if (results.size() > 1) {
            for (Counter counter : List.of(
                    Counter.DUPLICATES,
                    Counter.APPLIED_STEPS,
                    Counter.SKIPPED_STEPS,
                    Counter.SLICES_LEVEL,
                    Counter.SLICES_AHEAD_BY_1,
                    Counter.SLICES_AHEAD_BY_2_TO_3)) {
                assertThat(results.stream()
                                .mapToLong(result -> result.counter(counter))
                                .sum())
                        .as(counter.label())
                        .isPositive();
            }
            assertThat(results).anyMatch(result -> result.generations() > 1);
        }
    }

    @Test
    void aSeedRepeatsExactly() {
        for (long seed = 0; seed < 3; seed++) {
            SimulationResult first = new Simulation(Schedule.bySlices(seed), Parts.production()).run();
            SimulationResult second = new Simulation(Schedule.bySlices(seed), Parts.production()).run();
            assertThat(second).as("seed %d", seed).isEqualTo(first);
        }
    }

    /** Whether any schedule has one of {@code problems} with these shards; the first that has ends the search. */
    private static boolean isNoticed(Parts.SliceShards shards, String... problems) {
        Parts parts = new Parts(ServerParts.production(), Admission::new, shards);
        return LongStream.range(0, BROKEN)
                .mapToObj(seed -> new Simulation(Schedule.bySlices(seed).withFaults(MANY_FAULTS), parts)
                        .run()
                        .problem())
                .filter(Objects::nonNull)
                .anyMatch(problem -> Arrays.stream(problems).anyMatch(problem::contains));
    }

    @Test
    void addingTwiceIsNoticed() {
        // A chunk that is counted twice stands for one that has not come.
        assertThat(isNoticed(
                        observer -> (table, range, workers, optimiser, tables) ->
                                new Repeating(table, range, workers, optimiser, tables, observer),
                        "Cannot end slice",
                        "the last weights differ"))
                .isTrue();
    }

    @Test
    void waitingForNobodyIsNoticed() {
        assertThat(isNoticed(
                        observer -> (table, range, workers, optimiser, tables) ->
                                new Hasty(table, range, workers, optimiser, tables, observer),
                        "steps ahead",
                        "when the slowest was at"))
                .isTrue();
    }

    /** Adds what comes twice, twice. */
    private static final class Repeating extends BrokenShards.RepeatingSlices {
        private final SliceRecord.Observer observer;

        Repeating(
                ParameterTable table,
                ShardRange range,
                int workers,
                Optimiser optimiser,
                TableShards tables,
                SliceRecord.Observer observer) {
            super(table, range, workers, optimiser, tables);
            this.observer = observer;
        }

        @Override
        public void apply(StepOutcome outcome) {
            observer.before(this);
            super.apply(outcome);
            observer.applied(this, outcome);
        }
    }

    /** Takes the fastest logical worker for the slowest. */
    private static final class Hasty extends RecordedShard {
        private long fastest;

        Hasty(
                ParameterTable table,
                ShardRange range,
                int workers,
                Optimiser optimiser,
                TableShards tables,
                SliceRecord.Observer observer) {
            super(table, range, workers, optimiser, tables, observer);
        }

        @Override
        public long version() {
            return super.version() < 0 ? -1 : Math.max(fastest, super.version());
        }

        @Override
        public void apply(StepOutcome outcome) {
            super.apply(outcome);
            fastest = Math.max(fastest, outcome.step() + 1);
        }
    }
}
