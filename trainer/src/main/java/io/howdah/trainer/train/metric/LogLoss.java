// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;

/**
 * Mean negative log-likelihood of the targets in nats, from the logits z alone: ln Σᵢ exp(zᵢ) − z of the class; of a
 * yes-or-no question with answer y in [0, 1]: max(z, 0) − z·y + ln(1 + exp(−|z|)). Where training minimises more than
 * that (label smoothing, weights), this differs from the loss.
 */
final class LogLoss implements Metric {
    private double sum;
    private long samples;

    @Override
    public void add(Prediction batch) {
        if (Scores.areOfClasses(batch)) {
            Scores.forEachRow(batch, (scores, target) -> count(logSumExp(scores) - scores[(int) target]));
            return;
        }
        double[] logits = Scores.ofSamples(batch);
        double[] answers = batch.targets().toDoubles();
        for (int i = 0; i < logits.length; i++) {
            count(Math.max(logits[i], 0)
                    - logits[i] * answers[i]
                    + StrictMath.log1p(StrictMath.exp(-Math.abs(logits[i]))));
        }
    }

    private void count(double loss) {
        sum += loss;
        samples++;
    }

    private static double logSumExp(float[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            largest = Math.max(largest, score);
        }
        double total = 0;
        for (float score : scores) {
            total += StrictMath.exp(score - largest);
        }
        return largest + StrictMath.log(total);
    }

    @Override
    public void merge(Metric other) {
        LogLoss behind = (LogLoss) other;
        sum += behind.sum;
        samples += behind.samples;
    }

    @Override
    public double value() {
        return sum / samples;
    }
}
