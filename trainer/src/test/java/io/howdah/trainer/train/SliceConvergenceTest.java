// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.train.metric.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training by slices, of processes that go at their own pace, learns what synchronous training learns. */
class SliceConvergenceTest {
    private static final long STEPS = 48;

    static List<Consistency> consistencies() {
        return List.of(Consistency.ssp(0), Consistency.ssp(2), Consistency.ASYNC);
    }

    /** Two processes with one store, to step {@code steps} or to where they stop; what each comes to. */
    private static List<TrainingResult> train(TrainingFixture fixture, long steps) throws Exception {
        CheckpointReader reader = new CheckpointReader(fixture.blobs);
        String newest = reader.newest();
        Manifest manifest = newest == null ? null : reader.manifest(newest);
        SnapshotSource source = manifest == null ? null : reader.snapshot(newest, manifest);
        ResumePoint resume = manifest == null ? ResumePoint.start(TrainingFixture.WORKERS) : ResumePoint.of(manifest);
        ExecutorService processes = Executors.newFixedThreadPool(TrainingFixture.WORKERS);
        try (LocalParameterStore store = new LocalParameterStore(fixture.sync(), fixture.blobs, source)) {
            List<Future<TrainingResult>> running = new ArrayList<>();
            for (int worker = 0; worker < TrainingFixture.WORKERS; worker++) {
                List<Integer> own = List.of(worker);
                running.add(processes.submit(() -> fixture.run(store, steps, own, resume)));
            }
            List<TrainingResult> results = new ArrayList<>();
            for (Future<TrainingResult> process : running) {
                results.add(process.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            processes.shutdownNow();
        }
    }

    private static double loss(TrainingResult result) {
        return result.evaluation() == null ? Double.NaN : result.evaluation().value(Metrics.LOSS);
    }

    private static double synchronous() throws Exception {
        try (TrainingFixture fixture = new TrainingFixture()) {
            return loss(fixture.train(STEPS));
        }
    }

    @ParameterizedTest
    @MethodSource("consistencies")
    void learnsAsSynchronousTrainingDoes(Consistency consistency) throws Exception {
        try (TrainingFixture fixture = new TrainingFixture()) {
            fixture.consistency = consistency;
            List<TrainingResult> results = train(fixture, STEPS);
            double first = fixture.progress.get(0).loss();
            double reached = loss(results.get(0));
            // Twice as many updates of the same size.
            assertThat(reached).isLessThan(first - 0.8 * (first - synchronous()));
            assertThat(fixture.progress).hasSize(2 * (int) STEPS);
        }
    }

    @Test
    void resumesFromACheckpointThatHoldsWholeSteps() throws Exception {
        try (TrainingFixture fixture = new TrainingFixture()) {
            fixture.consistency = Consistency.ASYNC;
            fixture.checkpoints = new CheckpointSettings(5, 0, CheckpointSettings.Best.IGNORE);
            train(fixture, 12);
            assertThat(fixture.blobs.committed()).containsExactly("step-00000005", "step-00000010", "step-00000012");
            fixture.blobs.delete("step-00000012");
            fixture.progress.clear();
            assertThat(train(fixture, 15)).allMatch(result -> result.step() == 15);
            assertThat(fixture.progress.stream().mapToLong(StepProgress::step).min())
                    .hasValue(11);
            assertThat(fixture.progress).hasSize(10);
        }
    }

    @Test
    void allProcessesStopAtTheSameStepOnceEvaluationsNoLongerPay() throws Exception {
        try (TrainingFixture fixture = new TrainingFixture()) {
            fixture.consistency = Consistency.ASYNC;
            fixture.evaluation =
                    new EvaluationSettings(4, Metrics.LOSS, new EarlyStopping(Metrics.better(Metrics.LOSS), 2, 0));
            fixture.scriptEvaluations(5, 4, 6, 7, 8);
            assertThat(train(fixture, 40)).allMatch(result -> result.step() == 17);
        }
    }
}
