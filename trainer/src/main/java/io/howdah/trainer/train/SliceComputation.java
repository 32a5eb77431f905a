// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.AnomalyMode;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.model.Objective;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.sync.SliceTerms;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;

/**
 * The part of one logical worker in a step: forward and backward of its micro-batches. With sᵢ samples and mean gradient gᵢ
 * of micro-batch i of k, the gradient is Σ sᵢ·gᵢ / Σ sᵢ. The weights sᵢ/(k·s₁) go into the seeds of backward, and what they
 * lack of sᵢ/Σ sᵢ, usually nothing, into the sum.
 */
final class SliceComputation {
    private final TrainableModel model;
    private final TrainSettings settings;
    private final GradientPusher pusher;
    private final RowExchange rows;

    SliceComputation(TrainableModel model, TrainSettings settings, GradientPusher pusher, RowExchange rows) {
        this.model = model;
        this.settings = settings;
        this.pusher = pusher;
        this.rows = rows;
    }

    /**
     * Reads the micro-batches and computes their gradients, which are on their way when this returns.
     *
     * @param evaluation what the report says of the step's weights, or NaN
     * @throws IllegalStateException if a loss is infinite or NaN
     */
    StepReport compute(long step, int worker, ExampleReader reader, float lossScale, double evaluation)
            throws IOException, InterruptedException {
        Randomness.current().seed(settings.seed(), worker, step);
        Sums sums = new Sums();
        boolean finite = true;
        try (GradMode.Scope anomaly = search()) {
            for (int i = 0; i < settings.accumulation(); i++) {
                try (StepScope scope = StepScope.open();
                        WorkerBuffers buffers = WorkerBuffers.of(model.module(), worker);
                        Batch batch = reader.next(settings.batchRows())) {
                    rows.bind(settings.minimumVersion(step), batch);
                    Objective objective = objective(batch, step);
                    sums.add(objective.samples(), checked(objective.mean(), step, worker));
                    if (i == settings.accumulation() - 1) {
                        pusher.begin(slice(step, worker, lossScale, sums));
                    }
                    backward(objective, (float) (lossScale * weight(objective.samples(), sums)), step, worker);
                    rows.collect();
                } finally {
                    rows.release();
                }
            }
            finite = pusher.end() & rows.push(slice(step, worker, lossScale, sums));
        }
        SliceTerms terms = settings.consistency().bySlices()
                ? new SliceTerms(lossScale, settings.isBoundary(step))
                : SliceTerms.NONE;
        return new StepReport(
                step, worker, settings.share().attempt(), sums.samples, sums.loss, finite, evaluation, terms);
    }

    /** Waits until the store has everything that was pushed. */
    void flush() throws IOException, InterruptedException {
        pusher.flush();
        rows.flush();
    }

    private GradientPusher.Slice slice(long step, int worker, float lossScale, Sums sums) {
        return new GradientPusher.Slice(
                step, worker, settings.share().attempt(), sums.samples, lossScale, correction(sums));
    }

    private GradMode.Scope search() {
        return settings.search() == TrainSettings.AnomalySearch.ON ? AnomalyMode.detect() : () -> {};
    }

    private Objective objective(Batch batch, long step) {
        try (Autocast.Scope precision = Autocast.to(settings.precision().compute())) {
            return model.objective(batch, step);
        }
    }

    private double weight(long samples, Sums sums) {
        return (double) samples / ((double) sums.first * settings.accumulation());
    }

    private double correction(Sums sums) {
        return (double) sums.first * settings.accumulation() / sums.samples;
    }

    /** Objectives may have forwards of their own to do. */
    private void backward(Objective objective, float scale, long step, int worker) {
        try (Autocast.Scope precision = Autocast.to(settings.precision().compute())) {
            objective.backward(scale);
        } catch (IllegalStateException e) {
            if (settings.search() == TrainSettings.AnomalySearch.OFF) {
                throw e;
            }
            throw new IllegalStateException(
                    "Cannot go on training: step=" + step + " logicalWorker=" + worker + ", backward failed ("
                            + String.valueOf(e.getMessage()).replaceAll("\\s*\\n\\s*", " ") + ")",
                    e);
        }
    }

    /** The mean loss, if it is a finite number. */
    private double checked(Tensor mean, long step, int worker) {
        double loss = mean.item();
        if (Double.isFinite(loss)) {
            return loss;
        }
        String culprit = AnomalyMode.culprit(mean);
        throw new IllegalStateException("Cannot go on training: step=" + step + " logicalWorker=" + worker + " loss="
                + loss + (culprit == null ? "" : " from " + culprit) + ", expected a finite number; "
                + (settings.search() == TrainSettings.AnomalySearch.ON
                        ? "correct that op's operands, or lower the learning rate"
                        : "lower the learning rate or correct the data, or find the op with -D "
                                + TrainKeys.ANOMALY.name() + "=true"));
    }

    /** Over the micro-batches so far. */
    private static final class Sums {
        private long first;
        private long samples;
        private double loss;

        void add(long count, double mean) {
            first = first == 0 ? count : first;
            samples += count;
            loss += mean * count;
        }
    }
}
