// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.optim.Better;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens when in a training: micro-batches, evaluations, checkpoints, its end. */
class TrainingScheduleTest {
    private final TrainingFixture fixture = new TrainingFixture();

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void close() {
        Backends.use(Backends.AUTO);
        fixture.close();
    }

    private static EvaluationSettings every(long steps, long patience) {
        return new EvaluationSettings(steps, "loss", new EarlyStopping(Better.LOWER, patience, 0));
    }

    private List<Double> losses() {
        List<Double> losses = fixture.progress.stream().map(StepProgress::loss).toList();
        fixture.progress.clear();
        return losses;
    }

    private void assertSameLosses(List<Double> actual, List<Double> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).as("step " + (i + 1)).isCloseTo(expected.get(i), Offset.offset(1e-5));
        }
    }

    @Test
    void microBatchesActAsOneLargeBatch() throws Exception {
        fixture.rows = 8;
        fixture.train(6);
        List<Double> whole = losses();
        fixture.blobs.delete("step-00000006");
        fixture.rows = 2;
        fixture.accumulation = 4;
        fixture.train(6);
        assertThat(fixture.progress.get(0).outcome().samples()).isEqualTo(TrainingFixture.WORKERS * 8 * 32);
        assertSameLosses(losses(), whole);
        byte[] weights = fixture.blob(6, Manifest.MODEL_BLOB);
        fixture.blobs.delete("step-00000006");
        fixture.train(6);
        assertThat(fixture.blob(6, Manifest.MODEL_BLOB)).isEqualTo(weights);
    }

    @Test
    void microBatchesCountByTheirSamples() throws Exception {
        fixture.rows = 8;
        fixture.changeLosses = losses -> Slices.narrow(losses, 0, 0, 6 * 32);
        fixture.train(6);
        List<Double> whole = losses();
        fixture.blobs.delete("step-00000006");
        fixture.rows = 4;
        fixture.accumulation = 2;
        int[] calls = {0};
        fixture.changeLosses = losses -> calls[0]++ % 2 == 0 ? losses : Slices.narrow(losses, 0, 0, 2 * 32);
        fixture.train(6);
        assertThat(fixture.progress.get(0).outcome().samples()).isEqualTo(TrainingFixture.WORKERS * 6 * 32);
        assertSameLosses(losses(), whole);
    }

    @ParameterizedTest
    @CsvSource({"0, 1000, 600", "1, 1000, 16", "3, 1000, 47", "1, 1, 1"})
    void epochsAreWholeSteps(long epochs, long examples, long steps) {
        Config config = Config.parse(
                new KeyTable(TrainKeys.ALL),
                Map.of(
                        "howdah.train.epochs",
                        Long.toString(epochs),
                        "howdah.train.batch.size",
                        "8",
                        "howdah.train.accumulation",
                        "4"));
        assertThat(TrainSettings.steps(config, 2, examples)).isEqualTo(steps);
    }

    private static TrainingListener writingDown(List<String> events) {
        return new TrainingListener() {
            @Override
            public void onStart(long step, long steps) {
                events.add("start " + step + "/" + steps);
            }

            @Override
            public void onStep(StepProgress progress) {
                events.add(
                        "step " + progress.step() + " epoch " + progress.epoch() + " rate " + progress.learningRate());
            }

            @Override
            public void onEvaluation(long step, Evaluation evaluation) {
                events.add("evaluation " + step + " " + evaluation.value("loss"));
            }

            @Override
            public void onCheckpoint(long step, String set) {
                events.add("checkpoint " + set);
            }

            @Override
            public void onEnd(TrainingResult result) {
                events.add("end " + result.step());
            }
        };
    }

    @Test
    void listenersHearEverythingInOrder() throws Exception {
        List<String> events = new ArrayList<>();
        fixture.listener = writingDown(events);
        fixture.rows = 16;
        fixture.evaluation = every(2, 0);
        fixture.checkpoints = new CheckpointSettings(3, 0, CheckpointSettings.Best.KEEP);
        fixture.scriptEvaluations(5, 4);

        TrainingResult result = fixture.train(4);

        assertThat(events)
                .containsExactly(
                        "start 0/4",
                        "step 1 epoch 0 rate 0.0025",
                        "step 2 epoch 0 rate 0.005",
                        "evaluation 2 5.0",
                        "checkpoint step-00000002",
                        "step 3 epoch 1 rate 0.0075",
                        "checkpoint step-00000003",
                        "step 4 epoch 1 rate 0.01",
                        "evaluation 4 4.0",
                        "checkpoint step-00000004",
                        "end 4");
        assertThat(result.track()).isEqualTo(new EvaluationTrack(4, 4, 0, 4, 4));
        assertThat(fixture.progress.get(1).outcome().evaluation()).isNaN();
        assertThat(fixture.progress.get(2).outcome().evaluation()).isEqualTo(5);
        assertThat(new CheckpointReader(fixture.blobs).manifest("step-00000002").evaluation())
                .isNotNull()
                .extracting(evaluation -> evaluation.value("loss"))
                .isEqualTo(5.0);
    }

    @Test
    void endsWhenEvaluationsNoLongerPay() throws Exception {
        fixture.evaluation = every(2, 2);
        fixture.scriptEvaluations(5, 4, 4, 6, 3);
        TrainingResult result = fixture.train(100);
        assertThat(result.step()).isEqualTo(9);
        assertThat(result.track()).isEqualTo(new EvaluationTrack(4, 4, 2, 8, 6));
        assertThat(result.checkpoint()).isEqualTo("step-00000009");
        assertThat(result.evaluation()).isNotNull();
        assertThat(fixture.train(100).step()).as("it has ended").isEqualTo(9);
    }

    @Test
    void allProcessesEndAtTheSameStep() throws Exception {
        fixture.evaluation = every(2, 1);
        fixture.scriptEvaluations(5, 6);
        try (LocalParameterStore store = new LocalParameterStore(fixture.sync(), fixture.blobs, null)) {
            CompletableFuture<TrainingResult> second = CompletableFuture.supplyAsync(() -> runUnchecked(store, 1));
            assertThat(runUnchecked(store, 0).step()).isEqualTo(5);
            assertThat(second.join().step()).isEqualTo(5);
            assertThat(second.join().evaluation()).isNull();
        }
    }

    private TrainingResult runUnchecked(LocalParameterStore store, int worker) {
        try {
            return fixture.run(store, 100, List.of(worker), ResumePoint.start(TrainingFixture.WORKERS));
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void keepsTheNewestCheckpointsAndTheBest() throws Exception {
        fixture.evaluation = every(2, 0);
        fixture.checkpoints = new CheckpointSettings(1, 2, CheckpointSettings.Best.KEEP);
        fixture.scriptEvaluations(5, 3, 4, 6, 7);
        fixture.stopAt = 8;
        fixture.train(100);
        assertThat(fixture.blobs.committed()).containsExactly("step-00000004", "step-00000007", "step-00000008");
        fixture.train(9);
        assertThat(fixture.blobs.committed()).containsExactly("step-00000004", "step-00000008", "step-00000009");
        fixture.checkpoints = new CheckpointSettings(1, 1, CheckpointSettings.Best.IGNORE);
        fixture.train(10);
        assertThat(fixture.blobs.committed()).containsExactly("step-00000010");
    }

    @Test
    void refusesAMetricThatTheModelHasNot() {
        fixture.evaluation = new EvaluationSettings(0, "auc", new EarlyStopping(Better.HIGHER, 0, 0));
        assertThatThrownBy(() -> fixture.train(1))
                .hasMessageContaining("howdah.evaluate.metric=auc")
                .hasMessageContaining("accuracy");
    }

    @ParameterizedTest
    @CsvSource({"OFF, howdah.train.anomaly=true", "ON, op=log called at"})
    void nanLossEndsTheTraining(TrainSettings.AnomalySearch search, String expected) {
        fixture.search = search;
        fixture.checkpoints = new CheckpointSettings(1, 0, CheckpointSettings.Best.IGNORE);
        int[] calls = {0};
        fixture.changeLosses =
                losses -> calls[0]++ < 2 * TrainingFixture.WORKERS ? losses : logarithmOfNegatives(losses);
        assertThatThrownBy(() -> fixture.train(10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("step=2 logicalWorker=0 loss=NaN")
                .hasMessageContaining(expected)
                .hasMessageContaining(
                        search == TrainSettings.AnomalySearch.ON ? "TrainingScheduleTest.logarithm" : "NaN")
                .hasMessageNotContaining("\n");
        assertThat(fixture.blobs.committed()).containsExactly("step-00000001", "step-00000002");
    }

    private static Tensor logarithmOfNegatives(Tensor losses) {
        return Arithmetic.multiply(Functions.log(Arithmetic.subtract(losses, 100.0)), 2.0);
    }

    @Test
    void weightsThatAreNoNumbersAreNotCommitted() {
        fixture.learningRate = 1e40;
        assertThatThrownBy(() -> fixture.train(1))
                .hasMessageContaining("Cannot write checkpoint: step=1 tensor=")
                .hasMessageContaining("infinity or NaN");
        assertThat(fixture.blobs.committed()).isEmpty();
    }
}
