// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.model.FeedForwardLanguageModel;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.MemoryPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrainingLoopTest {
    private static final int WORKERS = 2;
    private static final FeedForwardLanguageModel.Sizes SIZES = new FeedForwardLanguageModel.Sizes(256, 8, 8, 64, 1);

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final List<StepProgress> progress = new ArrayList<>();
    private final List<Long> usedBytes = new ArrayList<>();

    private static SyncSettings sync(DType wire) {
        Optimiser optimiser = new Optimiser(
                new AdamW(0.9, 0.999, 1e-8), new LearningRate(0.01, LearningRate.Schedule.CONSTANT, 0, 100), 0.01, 1);
        return new SyncSettings(WORKERS, wire, DType.FLOAT32, 5, 1 << 14, optimiser);
    }

    private static FeedForwardLanguageModel model() {
        return new FeedForwardLanguageModel(SIZES, 0, 7);
    }

    private TrainingResult train(SyncSettings sync, long steps, long interval, @Nullable String from) throws Exception {
        FeedForwardLanguageModel model = model();
        CheckpointReader reader = new CheckpointReader(blobs);
        Manifest manifest = from == null ? null : reader.manifest(from);
        SnapshotSource source = manifest == null ? null : reader.snapshot(from, manifest);
        ResumePoint resume = manifest == null ? ResumePoint.start(WORKERS) : ResumePoint.of(manifest);
        TrainSettings settings = new TrainSettings(
                steps, 4, 5, WORKERS, List.of(0, 1), 0, sync.gradientDtype(), sync.weightDtype(), interval);
        try (InMemoryDataset training = SyntheticText.dataset(1, 64, 32);
                InMemoryDataset heldOut = SyntheticText.dataset(2, 16, 32);
                LocalParameterStore store = new LocalParameterStore(sync, blobs, source)) {
            CheckpointWriter writer = new CheckpointWriter(
                    blobs,
                    store,
                    Map.of("howdah.model.hidden", "64"),
                    training.properties(),
                    trained -> Evaluator.evaluate(trained, training.properties(), heldOut));
            TrainingLoop loop = new TrainingLoop(
                    model,
                    training,
                    store,
                    settings,
                    step -> {
                        progress.add(step);
                        usedBytes.add(MemoryPool.shared().usedBytes());
                    },
                    writer,
                    System::nanoTime);
            return loop.run(resume);
        } finally {
            model.module().close();
        }
    }

    private static Evaluation evaluation(TrainingResult result) {
        assertThat(result.evaluation()).isNotNull();
        return result.evaluation();
    }

    @Test
    void learnsMoreThanUnigramFrequencies() throws Exception {
        Backends.use("java");
        long backstopFrees = MemoryPool.shared().backstopFrees();

        TrainingResult result = train(sync(DType.BFLOAT16), 60, 0, null);

        Evaluation evaluation = evaluation(result);
        assertThat(evaluation.heldOutNatsPerToken()).isLessThan(0.75 * evaluation.unigramNatsPerToken());
        assertThat(evaluation.tokens()).isEqualTo(16 * 32);
        assertThat(progress).hasSize(60);
        assertThat(usedBytes.subList(2, 60)).containsOnly(usedBytes.get(2));
        assertThat(MemoryPool.shared().backstopFrees()).isEqualTo(backstopFrees);
    }
}
