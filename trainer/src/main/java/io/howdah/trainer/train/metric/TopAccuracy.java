// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;

/**
 * Share of samples whose class is among the k with the highest scores; of equal scores the class with the lower number
 * counts as higher. Of a yes-or-no question: share of samples whose logit is positive where the answer is yes, and not
 * where it is no. A score that is NaN makes its sample wrong.
 */
final class TopAccuracy implements Metric {
    private final int k;
    private long right;
    private long samples;

    TopAccuracy(int k) {
        this.k = k;
    }

    @Override
    public void add(Prediction batch) {
        if (Scores.areOfClasses(batch)) {
            Scores.forEachRow(batch, (scores, target) -> count(isAmongTop(scores, (int) target)));
            return;
        }
        double[] logits = Scores.ofSamples(batch);
        double[] answers = batch.targets().toDoubles();
        for (int i = 0; i < logits.length; i++) {
            count(!Double.isNaN(logits[i]) && logits[i] > 0 == answers[i] > 0.5);
        }
    }

    private void count(boolean isRight) {
        right += isRight ? 1 : 0;
        samples++;
    }

    private boolean isAmongTop(float[] scores, int target) {
        int higher = 0;
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i])) {
                return false;
            }
            if (scores[i] > scores[target] || scores[i] == scores[target] && i < target) {
                higher++;
            }
        }
        return higher < k;
    }

    @Override
    public void merge(Metric other) {
        TopAccuracy behind = (TopAccuracy) other;
        right += behind.right;
        samples += behind.samples;
    }

    @Override
    public double value() {
        return (double) right / samples;
    }
}
