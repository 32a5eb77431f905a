// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

/**
 * Where randomness comes from. The same question always has the same answer within one sequence, so that drafts can be
 * drawn with the noise that the target will use.
 */
public interface Chance {
    /** What noise is for; different purposes have independent noise. */
    enum Purpose {
        /** The token at a position. Drafts under the sample-match rule use it too. */
        TOKEN,
        /** Tokens that a drafter draws for the rejection rule. */
        DRAFT,
        /** Whether a drafted token is accepted. */
        ACCEPTANCE,
        /** The token that replaces a rejected one. */
        RESIDUAL
    }

    /**
     * Draws a token.
     *
     * @param purpose not ACCEPTANCE
     * @param position of the token in its sequence
     * @param draft which of several draws at this position, from 0 on
     */
    int draw(Purpose purpose, int position, int draft, TokenDistribution distribution);

    /**
     * The tokens that {@link #draw} for TOKEN would take, the first one, if it were drawn, then the next one without it, and
     * so on: guesses for a target whose scores are like these.
     *
     * @param count how many, at most
     */
    default int[] best(int position, TokenDistribution distribution, int count) {
        return distribution.best(count);
    }

    /**
     * Whether u · q is below p, for u uniform in [0, 1): never for p = 0.
     *
     * @param draft which of several drafted tokens at this position, from 0 on
     * @param p probability of the token in the target
     * @param q in the distribution that it was drawn from
     */
    boolean accepts(int position, int draft, double p, double q);
}
