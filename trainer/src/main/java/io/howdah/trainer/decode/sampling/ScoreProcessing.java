// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

import java.util.Arrays;

/** Makes distributions of scores; see {@link SamplingSettings}. */
final class ScoreProcessing {
    private final SamplingSettings settings;

    ScoreProcessing(SamplingSettings settings) {
        this.settings = settings;
    }

    TokenDistribution apply(float[] logits, int at, int vocabulary, TokenHistory history) {
        double[] scores = new double[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            scores[i] = logits[at + i];
        }
        double penalty = settings.repetitionPenalty();
        if (penalty != 1) {
            for (int token : history.seen()) {
                scores[token] = scores[token] > 0 ? scores[token] / penalty : scores[token] * penalty;
            }
        }
        if (!settings.isGreedy()) {
            for (int i = 0; i < vocabulary; i++) {
                scores[i] /= settings.temperature();
            }
            boolean cuts =
                    settings.topK() > 0 && settings.topK() < vocabulary || settings.topP() < 1 || settings.minP() > 0;
            if (cuts) {
                cut(scores);
            }
        }
        return new TokenDistribution(scores);
    }

    /** Of equal scores the lower token is kept first. */
    private void cut(double[] scores) {
        Integer[] order = new Integer[scores.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> {
            int byScore = Double.compare(scores[b], scores[a]);
            return byScore != 0 ? byScore : Integer.compare(a, b);
        });
        int kept = settings.topK() == 0 ? scores.length : Math.min(settings.topK(), scores.length);
        double greatest = scores[order[0]];
        double[] masses = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            masses[i] = StrictMath.exp(scores[order[i]] - greatest);
            sum += masses[i];
        }
        if (settings.topP() < 1) {
            double reached = 0;
            int few = 0;
            while (few < kept && reached < settings.topP() * sum) {
                reached += masses[few++];
            }
            kept = Math.max(1, few);
        }
        while (kept > 1 && masses[kept - 1] < settings.minP()) {
            kept--;
        }
        for (int i = kept; i < scores.length; i++) {
            scores[order[i]] = Double.NEGATIVE_INFINITY;
        }
    }
}
