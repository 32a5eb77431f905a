// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.data.Dataset;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.optim.RateCourse;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.Tensor;
import io.howdah.trainer.train.metric.Metrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model with a parameter store, as one process of possibly many: pull weights, compute the gradients of the own
 * slices, push them, await the decision, step by step. Between steps the process that leads judges held-out data and writes
 * checkpoints.
 *
 * <p>What an evaluation gives travels with the leading worker's report of the next step and comes to every process, and
 * every server, with that step's outcome. So all end an early-stopped training at the same step, one after the evaluation.
 *
 * <p>Everything but {@link #requestStop} belongs to the thread that calls {@link #run}.
 */
public final class TrainingLoop {
    private final TrainableModel model;
    private final Dataset dataset;
    private final ParameterStore store;
    private final TrainSettings settings;
    private final Surroundings surroundings;
    private volatile boolean stopRequested;
    private float lossScale = 1;
    private double loss = Double.NaN;
    private long appliedSteps;
    private final RateCourse course;
    private @Nullable EvaluationTrack track;

    /** @throws IllegalArgumentException if the watched metric is not one of the model's */
    public TrainingLoop(
            TrainableModel model,
            Dataset dataset,
            ParameterStore store,
            TrainSettings settings,
            Surroundings surroundings) {
        this.model = model;
        this.dataset = dataset;
        this.store = store;
        this.settings = settings;
        this.surroundings = surroundings;
        this.course = new RateCourse(settings.learningRate());
        String metric = settings.evaluation().metric();
        if (!metric.equals(Metrics.LOSS) && !model.metrics().contains(metric)) {
            throw new IllegalArgumentException("Cannot train: " + TrainKeys.METRIC.name() + "=" + metric + " model="
                    + model.name() + ", expected " + Metrics.LOSS + " or one of " + model.metrics()
                    + "; name a metric that the model has");
        }
    }

    /** Ends the training at the next step boundary; may be called from any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Trains up to the last step, until evaluations no longer pay, or until a stop was requested; then writes the last
     * checkpoint.
     *
     * @param resume where the readers' positions are known: the restored checkpoint, or the start
     * @throws IOException if the dataset cannot be read, the store fails or a checkpoint cannot be written
     * @throws IllegalStateException if the loss or a weight is infinite or NaN; no such weights are committed
     */
    public TrainingResult run(ResumePoint resume) throws IOException, InterruptedException {
        List<Tensor> parameters = List.copyOf(model.module().parameters().values());
        long step = StoreFutures.await(store.initialise(model.table(), settings.leads() ? parameters : null));
        if (settings.consistency().bySlices()) {
            step = ownStep();
        }
        lossScale = store.lossScale();
        appliedSteps = resume.appliedSteps();
        track = resume.track();
        course.restore(resume.rate());
        Map<Integer, ExampleReader> readers = new LinkedHashMap<>();
        model.module().train();
        long first = step;
        surroundings.tell(listener -> listener.onStart(first, settings.steps()));
        try (WeightPuller puller =
                        new WeightPuller(store, parameters, settings.precision().weights());
                GradientPusher pusher = new GradientPusher(
                        store, parameters, settings.precision().gradients())) {
            RowExchange rows = new RowExchange(store, model.remoteTables(), settings.precision());
            SliceComputation slices = new SliceComputation(model, settings, pusher, rows);
            for (int worker : settings.share().own()) {
                readers.put(worker, dataset.open(settings.order(worker), position(resume, worker, step)));
            }
            while (!ends(step) && !stopRequested) {
                between(resume, step, puller);
                takeStep(step, readers, puller, slices);
                step++;
            }
            TrainingResult result = finished(resume, step, puller);
            surroundings.tell(listener -> listener.onEnd(result));
            return result;
        } finally {
            close(readers.values());
        }
    }

    /** The first step that an own logical worker has not contributed to. */
    private long ownStep() throws IOException, InterruptedException {
        long own = Long.MAX_VALUE;
        for (int worker : settings.share().own()) {
            own = Math.min(own, StoreFutures.await(store.nextStep(worker)));
        }
        return own;
    }

    private boolean ends(long step) {
        return step >= settings.steps() || settings.evaluation().stopping().endsAt(track, step);
    }

    /** Whether {@link #between} may need the exact weights of {@code step}. */
    private boolean pausesBefore(long step) {
        return settings.leads()
                && (settings.evaluation().isDue(step) || settings.checkpoints().isDue(step));
    }

    /** Evaluates and writes a checkpoint where they are due before {@code step}. */
    private void between(ResumePoint resume, long step, WeightPuller puller) throws IOException, InterruptedException {
        if (!settings.leads()) {
            return;
        }
        // Weights that a checkpoint was written of before they could be judged are judged after resuming.
        boolean judged = settings.evaluation().isDue(step) && (track == null || track.step() < step);
        Evaluation evaluation = judged ? evaluate(step, puller) : null;
        boolean isBest = evaluation != null && track != null && track.bestStep() == step;
        boolean isDue = step > resume.step() && settings.checkpoints().isDue(step);
        if (isDue || isBest && settings.checkpoints().best() == CheckpointSettings.Best.KEEP) {
            write(resume, step, puller, evaluation);
        }
    }

    private @Nullable Evaluation evaluate(long step, WeightPuller puller) throws IOException, InterruptedException {
        if (surroundings.heldOut() == null) {
            return null;
        }
        puller.pullExactly(step);
        model.remoteTables().readFrom(RowExchange.exactly(store, step));
        Evaluation evaluation = surroundings.heldOut().evaluate(model);
        if (settings.evaluation().isDue(step)) {
            double value = evaluation.value(settings.evaluation().metric());
            track = settings.evaluation().stopping().after(track, step, value);
        }
        surroundings.tell(listener -> listener.onEvaluation(step, evaluation));
        return evaluation;
    }

    private TrainingResult finished(ResumePoint resume, long step, WeightPuller puller)
            throws IOException, InterruptedException {
        Evaluation evaluation = settings.leads() && ends(step) ? evaluate(step, puller) : null;
        String set = settings.leads() ? write(resume, step, puller, evaluation) : null;
        return new TrainingResult(step, loss, set, evaluation, track);
    }

    private void takeStep(long step, Map<Integer, ExampleReader> readers, WeightPuller puller, SliceComputation slices)
            throws IOException, InterruptedException {
        long before = surroundings.nanoClock().getAsLong();
        long epoch = readers.values().iterator().next().position().epoch();
        float scale = lossScale;
        puller.ask(step, settings.minimumVersion(step));
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (Map.Entry<Integer, ExampleReader> reader : readers.entrySet()) {
            int worker = reader.getKey();
            StepReport report;
            try {
                report = slices.compute(step, worker, reader.getValue(), scale, evaluated(step, worker));
            } catch (RuntimeException e) {
                throw puller.cause(e);
            }
            puller.settle(); // what forward did without
            outcomes.add(store.finish(report));
        }
        if (step + 1 < settings.steps()
                && !pausesBefore(step + 1)
                && !settings.consistency().bySlices()) {
            puller.ask(step + 1, step + 1); // answered as soon as the step is decided
        }
        slices.flush();
        List<StepOutcome> decided = new ArrayList<>();
        for (CompletableFuture<StepOutcome> pending : outcomes) {
            decided.add(StoreFutures.await(pending));
        }
        decided(OwnOutcome.of(decided), epoch, surroundings.nanoClock().getAsLong() - before);
    }

    /** What the report of logical worker 0 says of the weights of {@code step}. */
    private double evaluated(long step, int worker) {
        return worker == 0 && track != null && track.step() == step ? track.value() : Double.NaN;
    }

    private void decided(StepOutcome outcome, long epoch, long nanos) throws IOException {
        float scale = lossScale;
        course.take(outcome.evaluation());
        double rate = course.at(appliedSteps + 1);
        appliedSteps += outcome.decision() == StepOutcome.Decision.APPLY ? 1 : 0;
        track = settings.evaluation().stopping().after(track, outcome.step(), outcome.evaluation());
        lossScale = outcome.nextLossScale();
        loss = outcome.lossSum() / outcome.samples();
        double seconds = Math.max(1, nanos) * 1e-9;
        StepProgress progress = new StepProgress(
                outcome.step() + 1,
                settings.steps(),
                epoch,
                loss,
                rate,
                scale,
                samplesOfAll(outcome) / seconds,
                outcome);
        surroundings.tell(listener -> listener.onStep(progress));
    }

    /** Samples of all logical workers in a step; by slices, as if the others had as many as the own. */
    private double samplesOfAll(StepOutcome outcome) {
        WorkerShare share = settings.share();
        return settings.consistency().bySlices()
                ? (double) outcome.samples()
                        * share.logicalWorkers()
                        / share.own().size()
                : outcome.samples();
    }

    /** Commits the checkpoint of {@code step}, unless training went on from it; returns its name. */
    private @Nullable String write(ResumePoint resume, long step, WeightPuller puller, @Nullable Evaluation evaluation)
            throws IOException, InterruptedException {
        CheckpointWriter checkpoints = surroundings.checkpoints();
        if (checkpoints == null) {
            return null;
        }
        if (checkpoints.has(step)) {
            return CheckpointWriter.setName(step);
        }
        puller.pullExactly(step);
        List<Position> positions = new ArrayList<>();
        for (int worker = 0; worker < settings.share().logicalWorkers(); worker++) {
            positions.add(position(resume, worker, step));
        }
        String set = checkpoints.write(
                model,
                new CheckpointWriter.Contents(
                        step, appliedSteps, lossScale, positions, track, course.state(), evaluation));
        surroundings.tell(listener -> listener.onCheckpoint(step, set));
        checkpoints.retain(settings.checkpoints(), track);
        return set;
    }

    /** Every step takes the same number of examples, so that positions follow from the number of steps. */
    private Position position(ResumePoint resume, int worker, long step) {
        long examples = (step - resume.step()) * settings.examplesPerStep();
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
