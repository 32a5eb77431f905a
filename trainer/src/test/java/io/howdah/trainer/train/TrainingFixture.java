// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.Manifest;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.InMemoryDataset;
import io.howdah.trainer.model.FeedForwardLanguageModel;
import io.howdah.trainer.model.Prediction;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LinearSchedule;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Plateau;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.LocalParameterStore;
import io.howdah.trainer.sync.MemoryBlobStore;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A small language model and all that it takes to train it; what a test changes is a field. */
final class TrainingFixture implements AutoCloseable {
    static final int WORKERS = 2;
    private static final FeedForwardLanguageModel.Sizes SIZES = new FeedForwardLanguageModel.Sizes(256, 4, 4, 16, 1);

    final MemoryBlobStore blobs = new MemoryBlobStore();
    final List<StepProgress> progress = Collections.synchronizedList(new ArrayList<>());
    private final InMemoryDataset training = SyntheticText.dataset(1, 64, 32);
    private final InMemoryDataset heldOutText = SyntheticText.dataset(2, 16, 32);
    DType wire = DType.FLOAT32;
    Consistency consistency = Consistency.SYNC;
    double learningRate = 0.01;
    Plateau.@Nullable Rule plateau;
    int rows = 4;
    int accumulation = 1;
    CheckpointSettings checkpoints = CheckpointSettings.AT_END;
    EvaluationSettings evaluation = EvaluationSettings.AT_END;
    TrainSettings.AnomalySearch search = TrainSettings.AnomalySearch.OFF;
    UnaryOperator<Tensor> changeLosses = losses -> losses;
    Surroundings.HeldOut heldOut = model -> Evaluator.evaluate(model, DType.FLOAT32, Map.of(), heldOutText);
    TrainingListener listener = new TrainingListener() {};
    long stopAt = Long.MAX_VALUE;

    SyncSettings sync() {
        LearningRate rate = new LearningRate(learningRate, LinearSchedule.warmup(4), plateau);
        Optimiser optimiser = new Optimiser(new AdamW(0.9, 0.999, 1e-8), rate, 0.01, 1);
        return new SyncSettings(WORKERS, wire, DType.FLOAT32, 20, 1 << 14, optimiser).with(consistency);
    }

    private TrainSettings settings(long steps, List<Integer> workers) {
        SyncSettings sync = sync();
        return new TrainSettings(
                steps,
                rows,
                accumulation,
                5,
                new WorkerShare(WORKERS, workers, 0, consistency),
                Precision.of(sync, DType.FLOAT32),
                sync.optimiser().learningRate(),
                checkpoints,
                evaluation,
                search);
    }

    /** Trains from the newest checkpoint, if there is one, in one process. */
    TrainingResult train(long steps) throws IOException, InterruptedException {
        CheckpointReader reader = new CheckpointReader(blobs);
        String newest = reader.newest();
        Manifest manifest = newest == null ? null : reader.manifest(newest);
        ResumePoint resume = manifest == null ? ResumePoint.start(WORKERS) : ResumePoint.of(manifest);
        try (LocalParameterStore store =
                new LocalParameterStore(sync(), blobs, manifest == null ? null : reader.snapshot(newest, manifest))) {
            return run(store, steps, IntStream.range(0, WORKERS).boxed().toList(), resume);
        }
    }

    TrainingResult run(LocalParameterStore store, long steps, List<Integer> workers, ResumePoint resume)
            throws IOException, InterruptedException {
        TrainableModel model = new Changed(new FeedForwardLanguageModel(SIZES, 0, 7), changeLosses);
        CheckpointWriter writer = new CheckpointWriter(blobs, store, Map.of(), training.properties());
        List<TrainingLoop> self = new ArrayList<>();
        TrainingListener own = new TrainingListener() {
            @Override
            public void onStep(StepProgress step) {
                progress.add(step);
                if (step.step() == stopAt) {
                    self.get(0).requestStop();
                }
            }
        };
        try {
            self.add(new TrainingLoop(
                    model,
                    training,
                    store,
                    settings(steps, workers),
                    new Surroundings(List.of(own, listener), writer, heldOut, () -> 0)));
            return self.get(0).run(resume);
        } finally {
            model.module().close();
        }
    }

    /** A blob of a checkpoint. */
    byte[] blob(long step, String name) throws IOException {
        try (InputStream in = blobs.open(CheckpointWriter.setName(step), name)) {
            return in.readAllBytes();
        }
    }

    /** Held-out losses that are given instead of measured, in order; the last one again and again. */
    void scriptEvaluations(double... losses) {
        int[] next = {0};
        heldOut = model -> {
            double loss = losses[Math.min(next[0]++, losses.length - 1)];
            return new Evaluation(new TreeMap<>(Map.of("loss", loss)), 1);
        };
    }

    @Override
    public void close() {
        training.close();
        heldOutText.close();
    }

    /** A model whose losses are changed. */
    private record Changed(TrainableModel plain, UnaryOperator<Tensor> change) implements TrainableModel {
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
            return plain.module().isTraining()
                    ? new Prediction(change.apply(whole.losses()), whole.scores(), whole.targets())
                    : whole;
        }
    }
}
