// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Runs random programs of views, writes in place and other operations on both backends and compares values, refusals
 * and gradients, these with differences too. A program that fails is printed after dropping what it fails without.
 * {@code -Dfuzz.programs=N -Dfuzz.steps=N -Dfuzz.seed=S}; {@code -Dfuzz.transcript=FILE} writes what came of the programs, for
 * {@code scripts/golden/replay_programs.py} to compare with PyTorch.
 */
class FuzzTest {
    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @Test
    void randomProgramsAgree() throws IOException {
        int programs = Integer.getInteger("fuzz.programs", 200);
        long seed = Long.getLong("fuzz.seed", 1);
        Checker checker = new Checker();
        int failed = 0;
        for (int i = 0; i < programs && failed < 5; i++) {
            Program program = Program.random(seed + i, Integer.getInteger("fuzz.steps", 12));
            Transcript.append(program);
            String failure = checker.failure(program);
            if (!failure.isEmpty()) {
                failed++;
                report(checker, shrunk(checker, program));
            }
        }
        System.out.println("Fuzz: " + programs + " programs from -Dfuzz.seed=" + seed + ", " + checker);
        assertThat(failed).as("failed programs, listed above").isZero();
    }

    /** The program without the steps that it fails without too. */
    private static Program shrunk(Checker checker, Program program) {
        Program small = program;
        for (int i = program.steps().size() - 1; i >= 0; i--) {
            Program smaller = small.without(i);
            if (!checker.failure(smaller).isEmpty()) {
                small = smaller;
            }
        }
        return small;
    }

    private static void report(Checker checker, Program program) {
        System.out.println("FAILED program of seed " + program.seed() + ": " + checker.failure(program));
        Backends.use("java");
        try {
            Run.of(program, DType.FLOAT64).instructions().forEach(line -> System.out.println("    " + line));
        } catch (AssertionError e) {
            System.out.println("    " + program.steps());
        }
    }
}
