// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.sampling;

/** Chooses the tokens of one sequence. */
public final class SequenceSampler {
    private final SamplingSettings settings;
    private final Chance chance;
    private final TokenHistory history;
    private final ScoreProcessing processing;

    /**
     * @param chance noise of this sequence
     * @param history its tokens so far, which the caller appends to
     */
    public SequenceSampler(SamplingSettings settings, Chance chance, TokenHistory history) {
        this.settings = settings;
        this.chance = chance;
        this.history = history;
        this.processing = new ScoreProcessing(settings);
    }

    public SamplingSettings settings() {
        return settings;
    }

    public Chance chance() {
        return chance;
    }

    /** The tokens so far. */
    public TokenHistory history() {
        return history;
    }

    /**
     * The distribution of the token that follows the history.
     *
     * @param logits scores, of which [at, at + vocabulary) are this token's
     */
    public TokenDistribution distribution(float[] logits, int at, int vocabulary) {
        return processing.apply(logits, at, vocabulary, history);
    }

    /** The token that follows the history: the likeliest one at temperature 0, else one that is drawn. */
    public int choose(TokenDistribution distribution) {
        return settings.isGreedy()
                ? distribution.likeliest()
                : chance.draw(Chance.Purpose.TOKEN, history.length(), 0, distribution);
    }

    /** As {@link #choose(TokenDistribution)}, from scores. */
    public int choose(float[] logits, int at, int vocabulary) {
        if (settings.isGreedy() && settings.repetitionPenalty() == 1) {
            int best = at;
            for (int i = at + 1; i < at + vocabulary; i++) {
                if (logits[i] > logits[best]) {
                    best = i;
                }
            }
            return best - at;
        }
        return choose(distribution(logits, at, vocabulary));
    }
}
