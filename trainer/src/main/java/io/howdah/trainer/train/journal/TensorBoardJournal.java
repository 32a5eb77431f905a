// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.journal;

import io.howdah.trainer.checkpoint.Evaluation;
import io.howdah.trainer.train.StepProgress;
import io.howdah.trainer.train.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Writes steps and evaluations as a TensorBoard event file: {@code train/…} of every step, {@code heldOut/<metric>} of
 * every evaluation. The stream stays open; it is flushed after every event.
 */
public final class TensorBoardJournal implements TrainingListener {
    private final OutputStream out;
    private final EventFile file;
    private final LongSupplier clockMillis;

    /** @param clockMillis milliseconds since 1970 */
    public TensorBoardJournal(OutputStream out, LongSupplier clockMillis) throws IOException {
        this.out = out;
        this.clockMillis = clockMillis;
        this.file = new EventFile(out, seconds());
    }

    private double seconds() {
        return clockMillis.getAsLong() / 1e3;
    }

    @Override
    public void onStep(StepProgress progress) throws IOException {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("train/loss", progress.loss());
        scalars.put("train/learningRate", progress.learningRate());
        scalars.put("train/gradientNorm", progress.outcome().gradientNorm());
        scalars.put("train/lossScale", (double) progress.lossScale());
        scalars.put("train/samplesPerSecond", progress.examplesPerSecond());
        write(progress.step(), scalars);
    }

    @Override
    public void onEvaluation(long step, Evaluation evaluation) throws IOException {
        Map<String, Double> scalars = new LinkedHashMap<>();
        evaluation.metrics().forEach((name, value) -> scalars.put("heldOut/" + name, value));
        write(step, scalars);
    }

    private void write(long step, Map<String, Double> scalars) throws IOException {
        file.write(seconds(), step, scalars);
        out.flush();
    }
}
