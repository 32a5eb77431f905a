// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Dropouts;
import io.howdah.trainer.optim.Better;
import io.howdah.trainer.optim.Plateau;
import io.howdah.trainer.sync.ShardSnapshot;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.tensor.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A training that was stopped and went on ends with the bits of one that never stopped: weights, optimiser, loss scale,
 * learning rate, random numbers, reading positions, evaluations. Micro-batches, dropout and float16 gradients with skipped steps are on.
 */
class ResumeTest {
    private static final long[] STOPS = {1, 3, 4, 6, 8, 9, 13};
    private static final long STEPS = 14;

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void restore() {
        Backends.use(Backends.AUTO);
    }

    private static TrainingFixture fixture(EarlyStopping stopping) {
        TrainingFixture fixture = new TrainingFixture();
        fixture.wire = DType.FLOAT16;
        fixture.rows = 2;
        fixture.accumulation = 2;
        fixture.changeLosses = losses -> Dropouts.dropout(Arithmetic.multiply(losses, 64.0), 0.5, true);
        fixture.plateau = new Plateau.Rule(Better.HIGHER, 0.5, 0, 0.99, Plateau.Threshold.ABSOLUTE, 1, 0.1);
        fixture.evaluation = new EvaluationSettings(3, "accuracy", stopping);
        fixture.checkpoints = new CheckpointSettings(2, 2, CheckpointSettings.Best.KEEP);
        return fixture;
    }

    private static void assertStoppingLeavesNoTrace(EarlyStopping stopping, long end) throws Exception {
        try (TrainingFixture undisturbed = fixture(stopping)) {
            TrainingResult whole = undisturbed.train(STEPS);
            assertThat(whole.step()).isEqualTo(end);
            assertThat(undisturbed.progress).anyMatch(step -> step.outcome().decision() == StepOutcome.Decision.SKIP);
            assertThat(undisturbed.progress.get((int) end - 1).learningRate()).isLessThan(undisturbed.learningRate);
            for (long stop : STOPS) {
                try (TrainingFixture stopped = fixture(stopping)) {
                    stopped.stopAt = stop;
                    assertThat(stopped.train(STEPS).step()).isEqualTo(Math.min(stop, end));
                    TrainingResult resumed = stopped.train(STEPS);
                    assertThat(resumed.step()).isEqualTo(end);
                    assertThat(resumed.track()).as("stopped at " + stop).isEqualTo(whole.track());
                    assertThat(stopped.progress)
                            .as("stopped at " + stop)
                            .containsExactlyElementsOf(undisturbed.progress);
                    for (String blob :
                            new String[] {Manifest.MODEL_BLOB, ShardSnapshot.blobName(0, 1), Manifest.BLOB}) {
                        assertThat(stopped.blob(end, blob))
                                .as("stopped at " + stop + ": " + blob)
                                .isEqualTo(undisturbed.blob(end, blob));
                    }
                }
            }
        }
    }

    @Test
    void toTheLastStep() throws Exception {
        assertStoppingLeavesNoTrace(new EarlyStopping(Better.HIGHER, 10, 0), STEPS);
    }

    @Test
    void toAnEarlyEnd() throws Exception {
        assertStoppingLeavesNoTrace(new EarlyStopping(Better.HIGHER, 2, 0.99), 10);
    }
}
