// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

import java.util.Arrays;

/**
 * The processed distribution of one token: scores whose softmax are the probabilities.
 *
 * <p>V tokens.
 */
public final class TokenDistribution {
    private final double[] scores;

    /** @param scores [V], logarithms of probabilities up to one constant; negative infinity for impossible tokens */
    public TokenDistribution(double[] scores) {
        this.scores = scores;
    }

    /** Of probabilities, or numbers in proportion to them. */
    public static TokenDistribution ofProbabilities(double[] probabilities) {
        double[] scores = new double[probabilities.length];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = probabilities[i] > 0 ? StrictMath.log(probabilities[i]) : Double.NEGATIVE_INFINITY;
        }
        return new TokenDistribution(scores);
    }

    /** V. */
    public int size() {
        return scores.length;
    }

    /** Logarithm of the probability, up to a constant. */
    public double score(int token) {
        return scores[token];
    }

    /** The likeliest token, the lowest one of equals. */
    public int likeliest() {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /** The {@code count} likeliest possible tokens, best first, lower ones first of equals; fewer if fewer are possible. */
    public int[] best(int count) {
        int[] best = new int[Math.min(count, scores.length)];
        int found = 0;
        for (int token = 0; token < scores.length; token++) {
            int place = found;
            while (place > 0 && scores[best[place - 1]] < scores[token]) {
                place--;
            }
            if (place < best.length && scores[token] > Double.NEGATIVE_INFINITY) {
                found = Math.min(best.length, found + 1);
                System.arraycopy(best, place, best, place + 1, found - 1 - place);
                best[place] = token;
            }
        }
        return Arrays.copyOf(best, found);
    }

    /** All probabilities, [V]. */
    public double[] probabilities() {
        double greatest = scores[likeliest()];
        double[] probabilities = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] = scores[i] == Double.NEGATIVE_INFINITY ? 0 : StrictMath.exp(scores[i] - greatest);
            sum += probabilities[i];
        }
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }
}
