// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

import io.howdah.trainer.tensor.Philox;

/**
 * Noise that is a pure function of (seed, prompt, sample, purpose, position, draft), whatever was asked before: a text that
 * is written again, or elsewhere, or with drafts, gets the same noise.
 *
 * <p>Tokens are drawn as the greatest of score + Gumbel noise (Gumbel 1954; Maddison et al. 2014): two distributions that
 * are alike mostly give the same token from the same noise, which is what makes drafts match.
 */
public final class SeededChance implements Chance {
    private static final double LN2 = 0.6931471805599453;
    private static final double UNIT = 0x1p-32;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final long key;

    /**
     * @param seed of the whole job
     * @param prompt number of the prompt in its file or list
     * @param sample which of several texts for this prompt
     */
    public SeededChance(long seed, long prompt, long sample) {
        this.key = mixed(mixed(mixed(seed) + prompt) + sample);
    }

    /** The finaliser of SplitMix64 (Steele et al. 2014), a bijection. */
    private static long mixed(long value) {
        long z = value + MIX;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private Philox noise(Purpose purpose, int position, int draft) {
        long stream = (long) purpose.ordinal() << 60 | (long) (draft & 0xfffffff) << 32 | position & 0xffff_ffffL;
        return new Philox(key, stream);
    }

    @Override
    public int draw(Purpose purpose, int position, int draft, TokenDistribution distribution) {
        Philox noise = noise(purpose, position, draft);
        int best = -1;
        double greatest = Double.NEGATIVE_INFINITY;
        for (int token = 0; token < distribution.size(); token++) {
            int bits = noise.nextInt();
            double score = distribution.score(token);
            // −ln(−ln u) ≤ −ln(1 − u), which the leading zeros of 1 − u bound: most tokens need no logarithm.
            double bound = score + (Integer.numberOfLeadingZeros(~bits) + 1) * LN2;
            if (best < 0 ? score > Double.NEGATIVE_INFINITY : bound > greatest) {
                double u = ((bits & 0xffff_ffffL) + 0.5) * UNIT;
                double value = score - StrictMath.log(-StrictMath.log(u));
                if (value > greatest) {
                    greatest = value;
                    best = token;
                }
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException(
                    "Cannot draw a token: no score is finite, expected one that is; the" + " weights may be damaged");
        }
        return best;
    }

    @Override
    public int[] best(int position, TokenDistribution distribution, int count) {
        if (count == 1) {
            return new int[] {draw(Purpose.TOKEN, position, 0, distribution)};
        }
        Philox noise = noise(Purpose.TOKEN, position, 0);
        double[] values = new double[distribution.size()];
        for (int token = 0; token < values.length; token++) {
            double u = ((noise.nextInt() & 0xffff_ffffL) + 0.5) * UNIT;
            values[token] = distribution.score(token) - StrictMath.log(-StrictMath.log(u));
        }
        return new TokenDistribution(values).best(count);
    }

    @Override
    public boolean accepts(int position, int draft, double p, double q) {
        return noise(Purpose.ACCEPTANCE, position, draft).nextDouble() * q < p;
    }
}
