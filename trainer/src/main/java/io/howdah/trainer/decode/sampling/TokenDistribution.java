// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

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
