// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import java.util.Arrays;

/** How well logits tell apart examples of two classes. */
final class BinaryScores {
    private final double[] positives;
    private final double[] negatives;

    private BinaryScores(double[] positives, double[] negatives) {
        this.positives = positives;
        this.negatives = negatives;
    }

    /**
     * Scores of examples.
     *
     * @param logits log-odds of label 1, [N]
     * @param labels labels, [N]
     * @throws IllegalArgumentException if all labels are equal
     */
    static BinaryScores of(double[] logits, boolean[] labels) {
        double[] sorted = new double[logits.length];
        int below = 0;
        int above = logits.length;
        for (int i = 0; i < logits.length; i++) {
            sorted[labels[i] ? --above : below++] = logits[i];
        }
        if (below == 0 || above == logits.length) {
            throw new IllegalArgumentException("Cannot measure AUC: examples=" + logits.length
                    + " all with one label, expected both labels; set " + DatagenKeys.HELDOUT_EXAMPLES.name()
                    + " to more examples");
        }
        Arrays.sort(sorted, 0, below);
        Arrays.sort(sorted, below, sorted.length);
        return new BinaryScores(Arrays.copyOfRange(sorted, below, sorted.length), Arrays.copyOfRange(sorted, 0, below));
    }

    /** The probability that a positive example has the greater logit, ties counted half (Mann and Whitney 1947). */
    double areaUnderCurve() {
        double wins = 0;
        int smaller = 0;
        int notGreater = 0;
        for (double positive : positives) {
            while (smaller < negatives.length && negatives[smaller] < positive) {
                smaller++;
            }
            while (notGreater < negatives.length && negatives[notGreater] <= positive) {
                notGreater++;
            }
            wins += 0.5 * smaller + 0.5 * notGreater;
        }
        return wins / positives.length / negatives.length;
    }

    /** The mean of −ln P(label), in nats. */
    double logLoss() {
        double sum = 0;
        for (double positive : positives) {
            sum += softplus(-positive);
        }
        for (double negative : negatives) {
            sum += softplus(negative);
        }
        return sum / (positives.length + negatives.length);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }
}
