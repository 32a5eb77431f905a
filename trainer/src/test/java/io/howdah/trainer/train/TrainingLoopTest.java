// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.FeedForwardLanguageModel;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.ops.Dropouts;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.MemoryPool;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingLoopTest {
    private static final int WORKERS = 2;
    private static final FeedForwardLanguageModel.Sizes SIZES = new FeedForwardLanguageModel.Sizes(256, 8, 8, 64, 1);

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final List<StepProgress> progress = new ArrayList<>();
    private final List<Long> usedBytes = new ArrayList<>();
    private final InMemoryDataset training = SyntheticText.dataset(1, 64, 32);
    private final InMemoryDataset heldOut = SyntheticText.dataset(2, 16, 32);
    private SyncSettings sync = sync(DType.BFLOAT16, DType.FLOAT32);
    private DType compute = DType.FLOAT32;
    private long interval;
    private double dropout;

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void close() {
        Backends.use(Backends.AUTO);
        training.close();
        heldOut.close();
    }

    private static SyncSettings sync(DType gradients, DType weights) {
        Optimiser optimiser = new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.01, 1);
        return new SyncSettings(WORKERS, gradients, weights, 20, 1 << 14, optimiser);
    }

    private TrainSettings settings(long steps, List<Integer> workers) {
        return new TrainSettings(
                steps,
                4,
                1,
                5,
                new WorkerShare(WORKERS, workers, 0),
                Precision.of(sync, compute),
                sync.optimiser().learningRate(),
                new CheckpointSettings(interval, 0, CheckpointSettings.Best.IGNORE),
                EvaluationSettings.AT_END,
                TrainSettings.AnomalySearch.OFF);
    }

    private TrainableModel model() {
        FeedForwardLanguageModel plain = new FeedForwardLanguageModel(SIZES, 0, 7);
        return dropout == 0 ? plain : new Forgetful(plain, dropout);
    }

    /** Forgets the losses of some samples at random. */
    private record Forgetful(TrainableModel plain, double dropout) implements TrainableModel {
        @Override
        public String name() {
            return plain.name();
        }

        @Override
        public Module module() {
            return plain.module();
        }

        @Override
        public List<String> metrics() {
            return plain.metrics();
        }

        @Override
        public Prediction predict(Batch batch) {
            Prediction whole = plain.predict(batch);
            return new Prediction(Dropouts.dropout(whole.losses(), dropout, true), whole.scores(), whole.targets());
        }
    }

    /** Trains in one process that holds all logical workers. */
    private TrainingResult train(long steps, @Nullable String from) throws Exception {
        CheckpointReader reader = new CheckpointReader(blobs);
        Manifest manifest = from == null ? null : reader.manifest(from);
        SnapshotSource source = manifest == null ? null : reader.snapshot(from, manifest);
        ResumePoint resume = manifest == null ? ResumePoint.start(WORKERS) : ResumePoint.of(manifest);
        try (LocalParameterStore store = new LocalParameterStore(sync, blobs, source)) {
            return run(store, settings(steps, List.of(0, 1)), resume);
        }
    }

    private TrainingResult run(LocalParameterStore store, TrainSettings settings, ResumePoint resume)
            throws IOException, InterruptedException {
        TrainableModel model = model();
        CheckpointWriter writer =
                new CheckpointWriter(blobs, store, Map.of("howdah.model.hidden", "64"), training.properties());
        TrainingListener listener = steps(step -> {
            if (settings.leads()) {
                progress.add(step);
                usedBytes.add(MemoryPool.shared().usedBytes());
            }
        });
        Surroundings surroundings = new Surroundings(
                List.of(listener),
                writer,
                trained -> Evaluator.evaluate(trained, compute, training.properties(), heldOut),
                System::nanoTime);
        try {
            return new TrainingLoop(model, training, store, settings, surroundings).run(resume);
        } finally {
            model.module().close();
        }
    }

    private static TrainingListener steps(Consumer<StepProgress> consumer) {
        return new TrainingListener() {
            @Override
            public void onStep(StepProgress step) {
                consumer.accept(step);
            }
        };
    }

    private static Evaluation evaluation(TrainingResult result) {
        assertThat(result.evaluation()).isNotNull();
        return result.evaluation();
    }

    private byte[] weights(long step) throws IOException {
        try (InputStream in = blobs.open(CheckpointWriter.setName(step), Manifest.MODEL_BLOB)) {
            return in.readAllBytes();
        }
    }

    @Test
    void learnsMoreThanUnigramFrequencies() throws Exception {
        long backstopFrees = Garbage.collect();

        TrainingResult result = train(60, null);

        Evaluation evaluation = evaluation(result);
        assertThat(evaluation.value("loss")).isLessThan(0.75 * evaluation.value("unigramLoss"));
        assertThat(evaluation.samples()).isEqualTo(16 * 32);
        assertThat(progress).hasSize(60);
        assertThat(progress.get(59).step()).isEqualTo(60);
        assertThat(progress.get(59).outcome().samples()).isEqualTo(WORKERS * 4 * 32);
        assertThat(result.loss())
                .isEqualTo(progress.get(59).loss())
                .isLessThan(progress.get(0).loss());
        assertThat(usedBytes.subList(2, 60)).containsOnly(usedBytes.get(2));
        assertThat(Garbage.collect()).isEqualTo(backstopFrees);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
    void everyWireFormatTrains(DType wire) throws Exception {
        sync = sync(wire, wire);
        Evaluation evaluation = evaluation(train(40, null));
        assertThat(evaluation.value("loss")).isLessThan(evaluation.value("unigramLoss"));
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void computingInSixteenBitsReachesTheLossOfFloat32(DType dtype) throws Exception {
        sync = sync(dtype, DType.FLOAT32);
        double exact = evaluation(train(30, null)).value("loss");
        blobs.delete(CheckpointWriter.setName(30));
        long backstopFrees = Garbage.collect();
        compute = dtype;
        double narrow = evaluation(train(30, null)).value("loss");
        assertThat(narrow).isNotEqualTo(exact).isCloseTo(exact, Percentage.withPercentage(1));
        assertThat(Garbage.collect()).isEqualTo(backstopFrees);
    }

    @Test
    void computingInFloat16WithoutScaledLossIsRefused() {
        compute = DType.FLOAT16;
        assertThatThrownBy(() -> settings(1, List.of(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set howdah.wire.gradient.dtype=float16");
    }

    @Test
    void oneDnnTrainsToTheSameLoss() throws Exception {
        double reference = evaluation(train(20, null)).value("loss");
        blobs.delete(CheckpointWriter.setName(20));
        Backends.use("onednn");
        double fast = evaluation(train(20, null)).value("loss");
        assertThat(Math.abs(fast - reference)).isLessThan(0.01);
    }

    @Test
    void equalSeedsGiveEqualBits() throws Exception {
        train(8, null);
        byte[] first = weights(8);
        blobs.delete(CheckpointWriter.setName(8));
        train(8, null);
        assertThat(weights(8)).isEqualTo(first);
    }

    @Test
    void goingOnFromTheLastStepLeavesItsCheckpointAlone() throws Exception {
        Evaluation first = evaluation(train(8, null));
        byte[] before = manifest("step-00000008");
        progress.clear();

        Evaluation again = evaluation(train(8, "step-00000008"));

        assertThat(progress).isEmpty();
        assertThat(again).isEqualTo(first);
        assertThat(manifest("step-00000008")).isEqualTo(before);
    }

    private byte[] manifest(String set) throws IOException {
        try (InputStream in = blobs.open(set, Manifest.BLOB)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5})
    void goesOnFromACheckpointAsIfNeverStopped(double probability) throws Exception {
        dropout = probability;
        interval = 4;
        train(10, null);
        byte[] undisturbed = weights(10);
        assertThat(blobs.committed()).containsExactly("step-00000004", "step-00000008", "step-00000010");
        blobs.delete("step-00000008");
        blobs.delete("step-00000010");
        progress.clear();

        String newest = new CheckpointReader(blobs).newest();
        assertThat(newest).isEqualTo("step-00000004");
        train(10, newest);

        assertThat(progress).hasSize(6);
        assertThat(weights(10)).isEqualTo(undisturbed);
    }

    @Test
    void theNumberOfProcessesDoesNotChangeTheBits() throws Exception {
        train(6, null);
        byte[] alone = weights(6);
        blobs.delete(CheckpointWriter.setName(6));
        try (LocalParameterStore store = new LocalParameterStore(sync, blobs, null)) {
            CompletableFuture<TrainingResult> second = CompletableFuture.supplyAsync(() -> runUnchecked(store, 1));
            runUnchecked(store, 0);
            assertThat(second.join().checkpoint()).isNull();
        }
        assertThat(weights(6)).isEqualTo(alone);
    }

    private TrainingResult runUnchecked(LocalParameterStore store, int worker) {
        try {
            return run(store, settings(6, List.of(worker)), ResumePoint.start(WORKERS));
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void evaluatingTheCheckpointGivesTheSameBits() throws Exception {
        TrainingResult result = train(6, null);
        CheckpointReader reader = new CheckpointReader(blobs);
        Manifest manifest = reader.manifest("step-00000006");
        assertThat(manifest.evaluation()).isEqualTo(result.evaluation());
        assertThat(manifest.settings()).containsEntry("howdah.model.hidden", "64");
        assertThat(manifest.positions()).containsExactly(new Position(0, 1, 8), new Position(0, 1, 8));
        assertThat(manifest.blobs()).hasSize(2);

        FeedForwardLanguageModel fresh = new FeedForwardLanguageModel(SIZES, 0, 99);
        reader.loadModel("step-00000006", manifest, fresh);
        assertThat(Evaluator.evaluate(fresh, DType.FLOAT32, manifest.properties(), heldOut))
                .isEqualTo(manifest.evaluation());
        assertThat(fresh.module().isTraining()).isTrue();
    }

    @Test
    void refusesADamagedModel() throws Exception {
        train(1, null);
        CheckpointReader reader = new CheckpointReader(blobs);
        Manifest manifest = reader.manifest("step-00000001");
        blobs.corrupt("step-00000001", Manifest.MODEL_BLOB, 5000);
        assertThatThrownBy(() -> reader.loadModel("step-00000001", manifest, model()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("blob=model.safetensors")
                .hasMessageContaining("crc32c");
    }

    @Test
    void stopsAtAStepBoundaryWithACheckpoint() throws Exception {
        TrainableModel model = model();
        try (LocalParameterStore store = new LocalParameterStore(sync, blobs, null)) {
            CheckpointWriter writer = new CheckpointWriter(blobs, store, Map.of(), Map.of());
            List<TrainingLoop> self = new ArrayList<>();
            TrainingListener listener = steps(step -> {
                if (step.step() == 3) {
                    self.get(0).requestStop();
                }
            });
            self.add(new TrainingLoop(
                    model,
                    training,
                    store,
                    settings(50, List.of(0, 1)),
                    new Surroundings(List.of(listener), writer, null, () -> 1_000_000_000L)));
            TrainingResult result = self.get(0).run(ResumePoint.start(WORKERS));
            assertThat(result.step()).isEqualTo(3);
            assertThat(result.checkpoint()).isEqualTo("step-00000003");
            assertThat(result.evaluation()).isNull();
        }
    }

    @Test
    void refusesWorkersBeyondTheirNumber() {
        assertThatThrownBy(() -> settings(1, List.of(2))).hasMessageContaining("ownWorkers=[2]");
    }
}
