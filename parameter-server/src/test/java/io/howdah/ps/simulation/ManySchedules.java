// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Simulations of many seeds, none of which may find a problem. */
final class ManySchedules {
    private static final int SHOWN = 5;

    private ManySchedules() {}

    /**
     * Runs the simulations of the seeds 0 to {@code count} − 1, or of the one that the system property {@code property} names, and
     * asserts that nothing is wrong with any.
     *
     * @return the results of all, in no order
     */
    static Queue<SimulationResult> run(String property, long count, LongFunction<Simulation> simulation) {
        Queue<String> problems = new ConcurrentLinkedQueue<>();
        Queue<SimulationResult> results = new ConcurrentLinkedQueue<>();
        seeds(property, count).forEach(seed -> {
            SimulationResult result = simulation.apply(seed).run();
            results.add(result);
            if (result.problem() != null) {
                problems.add(result.problem() + "; replay it with -D" + property + "=" + seed);
            }
        });
        assertThat(problems.stream().limit(SHOWN).toList())
                .as("%d of %d schedules", problems.size(), results.size())
                .isEmpty();
        return results;
    }

    private static LongStream seeds(String property, long count) {
        Long one = Long.getLong(property);
        return one != null ? LongStream.of(one) : LongStream.range(0, count).parallel();
    }
}
