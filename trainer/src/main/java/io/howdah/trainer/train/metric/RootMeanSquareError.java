// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;

/** √(mean of (score − target)²) of a regression. */
final class RootMeanSquareError implements Metric {
    private double squares;
    private long samples;

    @Override
    public void add(Prediction batch) {
        double[] scores = Scores.ofSamples(batch);
        double[] targets = batch.targets().toDoubles();
        for (int i = 0; i < scores.length; i++) {
            double error = scores[i] - targets[i];
            squares += error * error;
        }
        samples += scores.length;
    }

    @Override
    public void merge(Metric other) {
        RootMeanSquareError behind = (RootMeanSquareError) other;
        squares += behind.squares;
        samples += behind.samples;
    }

    @Override
    public double value() {
        return Math.sqrt(squares / samples);
    }
}
