// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

/**
 * How the next token is chosen. Scores are first divided by the repetition penalty where they are positive and multiplied
 * by it where they are not, for tokens seen before (Keskar et al. 2019); then divided by the temperature; then only the
 * top k are kept, of these the fewest that reach probability p together (Holtzman et al. 2020), and of these those that
 * have at least min-p times the probability of the likeliest.
 *
 * @param temperature 0 takes the likeliest token, the lowest one of equals
 * @param topK 0 keeps all
 * @param topP in (0, 1]; 1 keeps all
 * @param minP in [0, 1); 0 keeps all
 * @param repetitionPenalty above 0; 1 changes nothing
 * @param seed of the noise
 */
public record SamplingSettings(
        double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {
    /** The likeliest token. */
    public static final SamplingSettings GREEDY = new SamplingSettings(0, 0, 1, 0, 1, 0);

    public SamplingSettings {
        boolean fits = temperature >= 0
                && temperature < Double.POSITIVE_INFINITY
                && topK >= 0
                && topP > 0
                && topP <= 1
                && minP >= 0
                && minP < 1
                && repetitionPenalty > 0
                && repetitionPenalty < Double.POSITIVE_INFINITY;
        if (!fits) {
            throw new IllegalArgumentException("Cannot sample: temperature=" + temperature + " topK=" + topK + " topP="
                    + topP + " minP=" + minP + " repetitionPenalty=" + repetitionPenalty
                    + ", expected temperature and topK from 0 up, topP in (0, 1], minP in [0, 1), penalty above 0;"
                    + " correct them");
        }
    }

    /** Samples from the whole distribution. */
    public static SamplingSettings temperature(double temperature, long seed) {
        return new SamplingSettings(temperature, 0, 1, 0, 1, seed);
    }

    public boolean isGreedy() {
        return temperature == 0;
    }
}
