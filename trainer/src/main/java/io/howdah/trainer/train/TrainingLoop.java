// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model with a parameter store, as one process of possibly many: pull weights, compute the gradients of the own
 * slices, push them, await the decision, step by step.
 *
 * <p>Everything but {@link #requestStop} belongs to the thread that calls {@link #run}.
 */
public final class TrainingLoop {
    private final TrainableModel model;
    private final Dataset dataset;
    private final ParameterStore store;
    private final TrainSettings settings;
    private final StepListener listener;
    private final @Nullable CheckpointWriter checkpoints;
    private final LongSupplier nanoClock;
    private volatile boolean stopRequested;
    private float lossScale = 1;
    private double loss = Double.NaN;

    /**
     * @param checkpoints writes checkpoints where this process leads; null for none
     * @param nanoClock {@link System#nanoTime} or a test's clock
     */
    public TrainingLoop(
            TrainableModel model,
            Dataset dataset,
            ParameterStore store,
            TrainSettings settings,
            StepListener listener,
            @Nullable CheckpointWriter checkpoints,
            LongSupplier nanoClock) {
        this.model = model;
        this.dataset = dataset;
        this.store = store;
        this.settings = settings;
        this.listener = listener;
        this.checkpoints = checkpoints;
        this.nanoClock = nanoClock;
    }

    /** Ends the training at the next step boundary; may be called from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Trains up to the last step, or until a stop was requested; then writes the last checkpoint.
     *
     * @param resume where the readers' positions are known: the restored checkpoint, or the start
     * @throws IOException if the dataset cannot be read, the store fails or a checkpoint cannot be written
     */
    public TrainingResult run(ResumePoint resume) throws IOException, InterruptedException {
        List<Tensor> parameters = List.copyOf(model.module().parameters().values());
        long step = StoreFutures.await(store.initialise(model.table(), settings.leads() ? parameters : null));
        lossScale = store.lossScale();
        Map<Integer, ExampleReader> readers = new LinkedHashMap<>();
        model.module().train();
        try (WeightPuller puller = new WeightPuller(store, parameters, settings.weightDtype());
                GradientPusher pusher = new GradientPusher(store, parameters, settings.gradientDtype())) {
            for (int worker : settings.ownWorkers()) {
                readers.put(worker, dataset.open(settings.order(worker), position(resume, worker, step)));
            }
            long first = step;
            while (step < settings.steps() && !stopRequested) {
                if (step > first && isDue(step)) {
                    write(resume, step, puller, CheckpointWriter.Kind.INTERMEDIATE);
                }
                takeStep(step, readers, puller, pusher);
                step++;
            }
            return finished(resume, step, puller);
        } finally {
            close(readers.values());
        }
    }

    private boolean isDue(long step) {
        return settings.checkpointInterval() > 0 && step % settings.checkpointInterval() == 0;
    }

    private TrainingResult finished(ResumePoint resume, long step, WeightPuller puller)
            throws IOException, InterruptedException {
        CheckpointWriter.Kind kind =
                step >= settings.steps() ? CheckpointWriter.Kind.FINAL : CheckpointWriter.Kind.INTERMEDIATE;
        CheckpointWriter.Written written = write(resume, step, puller, kind);
        return new TrainingResult(
                step, loss, written == null ? null : written.set(), written == null ? null : written.evaluation());
    }

    private void takeStep(long step, Map<Integer, ExampleReader> readers, WeightPuller puller, GradientPusher pusher)
            throws IOException, InterruptedException {
        long before = nanoClock.getAsLong();
        puller.pull(step);
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (Map.Entry<Integer, ExampleReader> reader : readers.entrySet()) {
            outcomes.add(store.finish(compute(step, reader.getKey(), reader.getValue(), pusher)));
        }
        pusher.flush();
        for (CompletableFuture<StepOutcome> pending : outcomes) {
            StepOutcome outcome = StoreFutures.await(pending);
            if (pending == outcomes.get(outcomes.size() - 1)) {
                lossScale = outcome.nextLossScale();
                loss = outcome.lossSum() / outcome.samples();
                double seconds = Math.max(1, nanoClock.getAsLong() - before) * 1e-9;
                listener.onStep(
                        new StepProgress(step + 1, settings.steps(), loss, outcome.samples() / seconds, outcome));
            }
        }
    }

    /** Forward and backward of one slice; its gradients are on their way when this returns. */
    private StepReport compute(long step, int worker, ExampleReader reader, GradientPusher pusher) throws IOException {
        try (StepScope scope = StepScope.open();
                WorkerBuffers buffers = WorkerBuffers.of(model.module(), worker);
                Batch batch = reader.next(settings.batchRows())) {
            Randomness.current().seed(settings.seed(), worker, step);
            Tensor losses;
            try (Autocast.Scope precision = Autocast.to(settings.computeDtype())) {
                losses = model.losses(batch);
            }
            Tensor mean = Reductions.mean(losses);
            long samples = losses.elements();
            pusher.begin(new GradientPusher.Slice(step, worker, settings.attempt(), samples, lossScale));
            try (Tensor seed = Tensor.of(new float[] {lossScale})) {
                Autograd.backward(mean, seed, Autograd.SavedTensors.FREE);
            }
            boolean finite = pusher.end();
            return new StepReport(step, worker, settings.attempt(), samples, mean.item() * samples, finite);
        }
    }

    private CheckpointWriter.@Nullable Written write(
            ResumePoint resume, long step, WeightPuller puller, CheckpointWriter.Kind kind)
            throws IOException, InterruptedException {
        if (checkpoints == null || !settings.leads()) {
            return null;
        }
        puller.pullExactly(step);
        List<Position> positions = new ArrayList<>();
        for (int worker = 0; worker < settings.logicalWorkers(); worker++) {
            positions.add(position(resume, worker, step));
        }
        return checkpoints.write(model, step, lossScale, positions, kind);
    }

    /** Every step takes the same number of examples, so that positions follow from the number of steps. */
    private Position position(ResumePoint resume, int worker, long step) {
        long examples = (step - resume.step()) * settings.batchRows();
        return settings.order(worker).advance(resume.positions().get(worker), examples, dataset.splits());
    }

    private static void close(Iterable<ExampleReader> readers) throws IOException {
        IOException failure = null;
        for (ExampleReader reader : readers) {
            try {
                reader.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
