// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.ops.EmbeddingOptions;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Buffers, shared and frozen parameters on their way through training and checkpoints. */
class TrainingStateTest {
    private static final int WORKERS = 2;
    private static final SyncSettings SYNC = new SyncSettings(
            WORKERS,
            DType.BFLOAT16,
            DType.FLOAT32,
            20,
            1 << 14,
            new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.01, 1));

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final InMemoryDataset training = SyntheticText.dataset(1, 64, 16);
    private EmbeddingOptions options = EmbeddingOptions.DEFAULT;
    private long interval;

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void close() {
        Backends.use(Backends.AUTO);
        training.close();
    }

    private void train(LocalParameterStore store, long steps, List<Integer> workers, @Nullable String from)
            throws IOException, InterruptedException {
        SharedAndFrozenModel model = new SharedAndFrozenModel(options, 7);
        CheckpointReader reader = new CheckpointReader(blobs);
        ResumePoint resume = ResumePoint.start(WORKERS);
        if (from != null) {
            Manifest manifest = reader.manifest(from);
            reader.loadModel(from, manifest, model);
            resume = ResumePoint.of(manifest);
        }
        CheckpointWriter writer = new CheckpointWriter(blobs, store, Map.of(), Map.of());
        TrainSettings settings = new TrainSettings(
                steps,
                4,
                1,
                5,
                new WorkerShare(WORKERS, workers, 0),
                Precision.of(SYNC, DType.FLOAT32),
                SYNC.optimiser().learningRate(),
                new CheckpointSettings(interval, 0, CheckpointSettings.Best.IGNORE),
                EvaluationSettings.AT_END,
                TrainSettings.AnomalySearch.OFF);
        try {
            new TrainingLoop(
                            model,
                            training,
                            store,
                            settings,
                            new Surroundings(List.of(), writer, null, System::nanoTime))
                    .run(resume);
        } finally {
            model.close();
        }
    }

    private void train(long steps, @Nullable String from) throws IOException, InterruptedException {
        CheckpointReader reader = new CheckpointReader(blobs);
        SnapshotSource source = from == null ? null : reader.snapshot(from, reader.manifest(from));
        try (LocalParameterStore store = new LocalParameterStore(SYNC, blobs, source)) {
            train(store, steps, List.of(0, 1), from);
        }
    }

    private byte[] bytes(String set) throws IOException {
        try (InputStream in = blobs.open(set, Manifest.MODEL_BLOB)) {
            return in.readAllBytes();
        }
    }

    private Map<String, double[]> loaded(String set) throws IOException {
        SharedAndFrozenModel model = new SharedAndFrozenModel(options, 99);
        CheckpointReader reader = new CheckpointReader(blobs);
        reader.loadModel(set, reader.manifest(set), model);
        return values(model);
    }

    private static Map<String, double[]> values(SharedAndFrozenModel model) {
        Map<String, double[]> values = new LinkedHashMap<>();
        model.stateDict().forEach((name, tensor) -> values.put(name, tensor.toDoubles()));
        model.close();
        return values;
    }

    @Test
    void checkpointsCarryStatisticsAndFrozenWeightsStay() throws Exception {
        train(4, null);
        Map<String, double[]> first = values(new SharedAndFrozenModel(options, 7));
        Map<String, double[]> last = loaded("step-00000004");

        assertThat(last.get("middle.1.num_batches_tracked")).containsExactly(4);
        assertThat(last.get("middle.1.running_mean")).isNotEqualTo(first.get("middle.1.running_mean"));
        assertThat(last.get("middle.1.running_var")).isNotEqualTo(first.get("middle.1.running_var"));
        assertThat(last.get("middle.0.weight")).containsExactly(first.get("middle.0.weight"));
        assertThat(last.get("middle.0.bias")).containsExactly(first.get("middle.0.bias"));
        assertThat(last.get("embedding.weight")).isNotEqualTo(first.get("embedding.weight"));
        assertThat(last.get("head.weight")).containsExactly(last.get("embedding.weight"));
    }

    @Test
    void frozenParametersHaveNeitherRateNorDecay() {
        SharedAndFrozenModel model = new SharedAndFrozenModel(options, 7);
        assertThat(model.table().specs())
                .extracting(spec -> spec.name() + " " + spec.learningRateFactor() + " " + spec.weightDecayFactor())
                .containsExactly(
                        "embedding.weight 1.0 1.0",
                        "middle.0.weight 0.0 0.0",
                        "middle.0.bias 0.0 0.0",
                        "middle.1.weight 1.0 0.0",
                        "middle.1.bias 1.0 0.0");
        model.close();
    }

    @Test
    void statisticsDoNotDependOnTheNumberOfProcesses() throws Exception {
        train(4, null);
        byte[] alone = bytes("step-00000004");
        blobs.delete("step-00000004");
        try (LocalParameterStore store = new LocalParameterStore(SYNC, blobs, null)) {
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> trainUnchecked(store, 1));
            trainUnchecked(store, 0);
            second.join();
        }
        assertThat(bytes("step-00000004")).isEqualTo(alone);
    }

    private void trainUnchecked(LocalParameterStore store, int worker) {
        try {
            train(store, 4, List.of(worker), null);
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void goesOnWithTheStatisticsOfACheckpoint() throws Exception {
        interval = 3;
        train(5, null);
        byte[] undisturbed = bytes("step-00000005");
        blobs.delete("step-00000005");
        train(5, "step-00000003");
        assertThat(bytes("step-00000005")).isEqualTo(undisturbed);
    }

    @Test
    void sparseGradientsTrainAsDenseOnesDo() throws Exception {
        train(4, null);
        double[] dense = loaded("step-00000004").get("embedding.weight");
        blobs.delete("step-00000004");
        options = options.withSparseGradient();
        train(4, null);
        double[] sparse = loaded("step-00000004").get("embedding.weight");
        for (int i = 0; i < dense.length; i++) {
            assertThat(Math.abs(sparse[i] - dense[i])).isLessThan(1e-3);
        }
    }
}
