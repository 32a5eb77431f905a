// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.model.lm.FrozenTrunkModel;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.HeadSamples;
import io.howdah.trainer.model.lm.LanguageModels;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models with heads in the training loop, through a parameter store and into checkpoints. */
class HeadTrainingTest {
    private static final int LENGTH = 16;
    private static final int ROWS = 4;
    private final MemoryBlobStore blobs = new MemoryBlobStore();

    /** Rows that count from a random start, without separators; or tokens that nobody can tell. */
    private static InMemoryDataset dataset(boolean counting, long seed) {
        Philox random = new Philox(seed, 0);
        int rows = 64;
        int[] tokens = new int[rows * LENGTH];
        int known = HeadSamples.VOCABULARY - 1;
        for (int row = 0; row < rows; row++) {
            int start = random.nextInt(known);
            for (int i = 0; i < LENGTH; i++) {
                tokens[row * LENGTH + i] = 1 + (counting ? (start + i) % known : random.nextInt(known));
            }
        }
        return new InMemoryDataset(Map.of("tokens", Tensor.of(tokens, rows, LENGTH)), Map.of(), 16);
    }

    private static SyncSettings sync(int workers) {
        Optimiser optimiser = new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0, 1);
        return new SyncSettings(workers, DType.FLOAT32, DType.FLOAT32, 20, 1 << 14, optimiser);
    }

    private TrainingResult run(
            TrainableModel model, LocalParameterStore store, boolean counting, int steps, List<Integer> own)
            throws Exception {
        SyncSettings sync = sync(2);
        TrainSettings settings = new TrainSettings(
                steps,
                ROWS,
                1,
                5,
                new WorkerShare(2, own, 0),
                Precision.of(sync, DType.FLOAT32),
                sync.optimiser().learningRate(),
                CheckpointSettings.AT_END,
                EvaluationSettings.AT_END,
                TrainSettings.AnomalySearch.OFF);
        try (InMemoryDataset training = dataset(counting, 1);
                InMemoryDataset heldOut = dataset(counting, 2)) {
            CheckpointWriter writer = new CheckpointWriter(blobs, store, Map.of(), Map.of());
            Surroundings surroundings = new Surroundings(
                    List.of(),
                    writer,
                    trained -> Evaluator.evaluate(trained, DType.FLOAT32, Map.of(), heldOut),
                    () -> 0);
            return new TrainingLoop(model, training, store, settings, surroundings).run(ResumePoint.start(2));
        }
    }

    private TrainingResult train(TrainableModel model, boolean counting, int steps) throws Exception {
        try (LocalParameterStore store = new LocalParameterStore(sync(2), blobs, null)) {
            return run(model, store, counting, steps, List.of(0, 1));
        }
    }

    private static Map<String, float[]> weights(TrainableModel model) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        model.module().parameters().forEach((path, tensor) -> weights.put(path, tensor.toFloats()));
        return weights;
    }

    @ParameterizedTest
    @EnumSource(names = {"PARALLEL", "SEQUENTIAL"})
    void oneProcessAndTwoGiveTheSameWeights(HeadKind kind) throws Exception {
        TrainableModel whole = HeadSamples.mtp("llama", kind, 2);
        train(whole, true, 6);
        List<TrainableModel> parts = List.of(HeadSamples.mtp("llama", kind, 2), HeadSamples.mtp("llama", kind, 2));
        blobs.delete(CheckpointWriter.setName(6));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (LocalParameterStore store = new LocalParameterStore(sync(2), blobs, null)) {
            List<Callable<TrainingResult>> tasks = new ArrayList<>();
            IntStream.range(0, 2)
                    .forEach(worker -> tasks.add(() -> run(parts.get(worker), store, true, 6, List.of(worker))));
            for (Future<TrainingResult> future : threads.invokeAll(tasks)) {
                future.get();
            }
        } finally {
            threads.shutdown();
        }
        Map<String, float[]> together = weights(parts.get(0));
        weights(whole)
                .forEach((path, expected) ->
                        assertThat(together.get(path)).as(path).containsExactly(expected));
        whole.module().close();
        parts.forEach(model -> model.module().close());
    }

    @ParameterizedTest
    @EnumSource(names = {"PARALLEL", "SEQUENTIAL"})
    void nothingIsLearntOfTokensThatNobodyCanTell(HeadKind kind) throws Exception {
        TrainableModel model = HeadSamples.mtp("llama", kind, 2);
        Evaluation evaluation = train(model, false, 40).evaluation();
        double entropy = Math.log(HeadSamples.VOCABULARY - 1);
        assertThat(evaluation.value("loss")).isBetween(0.99 * entropy, 1.2 * entropy);
        for (double loss : HeadSamples.losses(model, dataset(false, 2))) {
            assertThat(loss).isBetween(0.99 * entropy, 1.2 * entropy);
        }
        model.module().close();
    }

    @Test
    void countingIsLearntByAllHeads() throws Exception {
        TrainableModel model = HeadSamples.mtp("gpt2", HeadKind.PARALLEL, 2);
        TrainingResult result = train(model, true, 100);
        // The first token of a row cannot be told.
        double least = Math.log(HeadSamples.VOCABULARY - 1) / LENGTH;
        assertThat(result.evaluation().value("loss")).isLessThan(3 * least);
        assertThat(result.evaluation().metrics()).containsKeys("bitsPerByte", "perplexity");
        for (double loss : HeadSamples.losses(model, dataset(true, 2))) {
            assertThat(loss).isLessThan(0.9);
        }
        model.module().close();
    }

    @Test
    void checkpointsOfPlainModelsAndOfModelsWithHeadsLoadIntoEachOther() throws Exception {
        TrainableModel plain = HeadSamples.model("llama");
        train(plain, true, 2);
        CheckpointReader reader = new CheckpointReader(blobs);
        Manifest manifest = reader.manifest(CheckpointWriter.setName(2));
        TrainableModel headed = HeadSamples.mtp("llama", HeadKind.PARALLEL, 2);
        Map<String, float[]> fresh = weights(headed);
        reader.loadModel(CheckpointWriter.setName(2), manifest, headed);
        Map<String, float[]> trunk = weights(plain);
        weights(headed)
                .forEach((path, found) -> assertThat(found)
                        .as(path)
                        .containsExactly(path.startsWith("heads.") ? fresh.get(path) : trunk.get(path)));
        train(headed, true, 3);
        TrainableModel back = HeadSamples.model("llama");
        String set = CheckpointWriter.setName(3);
        reader.loadModel(set, reader.manifest(set), back);
        weights(back)
                .forEach((path, found) -> assertThat(found)
                        .as(path)
                        .containsExactly(headed.module().parameter(path).toFloats()));
        TrainableModel other = HeadSamples.mtp("llama", HeadKind.PARALLEL, 3);
        assertThatThrownBy(() -> reader.loadModel(set, reader.manifest(set), other))
                .hasMessageContaining("missing: heads.layers.2");
        List.of(plain, headed, back, other).forEach(model -> model.module().close());
    }

    @Test
    void medusaOneTrainsHeadsAloneOverATrunkThatDoesNotChange() throws Exception {
        TrainableModel base = HeadSamples.model("llama");
        train(base, true, 60);
        FrozenTrunkModel model = (FrozenTrunkModel) HeadSamples.medusa("llama", "frozen", 2);
        model.trunk().module().loadStateDict(base.module().stateDict());
        assertThat(model.table().specs())
                .extracting(ParameterSpec::name)
                .containsExactly("heads.first.0.weight", "heads.first.1.weight");
        Map<String, float[]> before = weights(base);
        blobs.delete(CheckpointWriter.setName(60));
        TrainingResult result = train(model, true, 60);
        model.trunk()
                .module()
                .parameters()
                .forEach(
                        (path, tensor) -> assertThat(tensor.toFloats()).as(path).containsExactly(before.get(path)));
        assertThat(result.loss()).isLessThan(1.2);
        assertThat(result.evaluation().value("accuracy")).isGreaterThan(0.6);
        assertThat(result.evaluation().samples()).isEqualTo(64 * (LENGTH - 1));
        base.module().close();
        model.module().close();
    }

    @Test
    void medusaTwoTrainsHeadsFasterThanTheirTrunk() throws Exception {
        TrainableModel model = HeadSamples.medusa("llama", "joint", 2);
        for (ParameterSpec spec : model.table().specs()) {
            assertThat(spec.learningRateFactor())
                    .as(spec.name())
                    .isEqualTo(spec.name().startsWith("heads.") ? 4 : 1);
        }
        TokenHeads heads = LanguageModels.heads(model).orElseThrow();
        assertThat(train(model, true, 80).evaluation().value("loss")).isLessThan(0.6);
        assertThat(heads.parameter("first.0.weight").toFloats()).isNotEqualTo(new float[16 * 16]);
        assertThat(HeadSamples.losses(model, dataset(true, 2))[0]).isLessThan(1.5);
        model.module().close();
    }
}
