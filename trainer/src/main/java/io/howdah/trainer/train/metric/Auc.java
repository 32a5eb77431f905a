// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.metric;

import io.howdah.trainer.model.Prediction;
import java.util.Arrays;

/**
 * Area under the curve of true over false positives, exact: the share of pairs of a positive and a negative sample in
 * which the positive one has the higher score, where equal scores count one half. NaN without samples of both kinds, or
 * where a score is NaN.
 *
 * <p>Source: Hanley and McNeil, “The meaning and use of the area under a receiver operating characteristic (ROC) curve”,
 * 1982. Computed from the rank sum; all samples are kept, 8 bytes each.
 */
final class Auc implements Metric {
    private static final int INITIAL = 1024;

    /** Scores of the negative and of the positive samples. */
    private final double[][] scores = {new double[INITIAL], new double[INITIAL]};

    private final int[] counts = new int[2];

    @Override
    public void add(Prediction batch) {
        double[] logits = Scores.ofSamples(batch);
        double[] answers = batch.targets().toDoubles();
        for (int i = 0; i < logits.length; i++) {
            if (answers[i] != 0 && answers[i] != 1) {
                throw new IllegalArgumentException("Cannot measure: auc of target=" + answers[i] + " of sample " + i
                        + ", expected 0 or 1; correct the dataset");
            }
            put((int) answers[i], logits[i] + 0.0); // makes −0 and 0 equal in sorting
        }
    }

    private void put(int kind, double score) {
        if (counts[kind] == scores[kind].length) {
            scores[kind] = Arrays.copyOf(scores[kind], 2 * counts[kind]);
        }
        scores[kind][counts[kind]++] = score;
    }

    @Override
    public void merge(Metric other) {
        Auc behind = (Auc) other;
        for (int kind = 0; kind < counts.length; kind++) {
            for (int i = 0; i < behind.counts[kind]; i++) {
                put(kind, behind.scores[kind][i]);
            }
        }
    }

    @Override
    public double value() {
        double[] negative = sorted(0);
        double[] positive = sorted(1);
        if (endsWithNan(negative) || endsWithNan(positive)) {
            return Double.NaN;
        }
        long halves = 0; // exact in 63 bits up to 3·10⁹ samples of each kind
        int below = 0;
        int notAbove = 0;
        for (double score : positive) {
            while (below < negative.length && negative[below] < score) {
                below++;
            }
            while (notAbove < negative.length && negative[notAbove] <= score) {
                notAbove++;
            }
            halves += (long) below + notAbove;
        }
        return halves / (2.0 * positive.length * negative.length);
    }

    private double[] sorted(int kind) {
        double[] copy = Arrays.copyOf(scores[kind], counts[kind]);
        Arrays.sort(copy);
        return copy;
    }

    private static boolean endsWithNan(double[] ascending) {
        return ascending.length > 0 && Double.isNaN(ascending[ascending.length - 1]);
    }
}
