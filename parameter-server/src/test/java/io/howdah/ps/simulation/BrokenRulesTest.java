// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.ServerParts;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.OpenAdmission;
import io.howdah.trainer.sync.BrokenShards;
import io.howdah.trainer.sync.ParameterShard;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Without any one of the rules that keep the bits, the simulation notices. */
class BrokenRulesTest {
    private static final int SCHEDULES = 400;

    private static void assertNoticed(Parts parts) {
        List<String> problems = LongStream.range(0, SCHEDULES)
                .parallel()
                .mapToObj(seed -> new Simulation(Schedule.of(seed), parts).run().problem())
                .filter(Objects::nonNull)
                .toList();
        assertThat(problems)
                .as("other weights or decisions")
                .anyMatch(problem -> problem.contains("that differ in element") || problem.contains(" was told "));
    }

    @Test
    void addingTwiceIsNoticed() {
        assertNoticed(new Parts(new ServerParts(BrokenShards::withoutDedup, true), Admission::new));
    }

    @Test
    void addingInOrderOfArrivalIsNoticed() {
        assertNoticed(new Parts(new ServerParts(BrokenShards::withoutOrder, true), Admission::new));
    }

    @Test
    void takingGradientsOfDeadAttemptsIsNoticed() {
        assertNoticed(new Parts(new ServerParts(BrokenShards::withoutAttempts, true), Admission::new));
    }

    @Test
    void takingFramesOfDeadGenerationsIsNoticed() {
        assertNoticed(new Parts(new ServerParts(ParameterShard::new, true), OpenAdmission::new));
    }
}
