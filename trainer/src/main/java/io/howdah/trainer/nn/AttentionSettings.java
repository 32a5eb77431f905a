// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.AttentionFunctions.Heads;
import io.howdah.trainer.ops.RotaryEmbedding;
import org.jspecify.annotations.Nullable;

/**
 * What a self-attention is like.
 *
 * @param width E, width of input and output, a multiple of the number of query heads
 * @param heads numbers of heads of queries, and of keys and values
 * @param bias whether the projections add biases
 * @param dropout probability with which weights are dropped in training
 * @param causal whether a position sees itself and those before it alone
 * @param rotary how queries and keys are turned by their positions; null for not at all
 */
public record AttentionSettings(
        long width,
        Heads heads,
        Bias bias,
        double dropout,
        boolean causal,
        @Nullable Rotary rotary) {
    /**
     * Rotary positions.
     *
     * @param positions how many there are at most
     * @param base of the wavelengths, 10000 in the paper
     * @param pairs which elements are turned together
     */
    public record Rotary(long positions, double base, RotaryEmbedding.Pairs pairs) {}

    public AttentionSettings {
        if (width < 1 || width % heads.queries() != 0) {
            throw new IllegalArgumentException("Cannot make attention: width=" + width + " heads=" + heads
                    + ", expected a width that the query heads divide; correct them");
        }
        if (!(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException(
                    "Cannot make attention: dropout=" + dropout + ", expected a number from 0 to 1; correct it");
        }
        if (rotary != null && (width / heads.queries() % 2 != 0 || rotary.positions() < 1)) {
            throw new IllegalArgumentException("Cannot make attention: width=" + width + " heads=" + heads + " rotary="
                    + rotary + ", expected heads of even width and positions above 0; correct them");
        }
    }

    /** As many heads of keys as of queries, with biases, without dropout, all positions visible, as PyTorch's defaults. */
    public static AttentionSettings of(long width, long heads) {
        return new AttentionSettings(width, new Heads(heads, heads), Bias.LEARNT, 0, false, null);
    }

    /** Fewer heads of keys and values, each for several heads of queries that follow one another. */
    public AttentionSettings withKeyHeads(long keys) {
        return new AttentionSettings(width, new Heads(heads.queries(), keys), bias, dropout, causal, rotary);
    }

    public AttentionSettings withBias(Bias newBias) {
        return new AttentionSettings(width, heads, newBias, dropout, causal, rotary);
    }

    public AttentionSettings withDropout(double probability) {
        return new AttentionSettings(width, heads, bias, probability, causal, rotary);
    }

    public AttentionSettings withCausal() {
        return new AttentionSettings(width, heads, bias, dropout, true, rotary);
    }

    public AttentionSettings withRotary(@Nullable Rotary newRotary) {
        return new AttentionSettings(width, heads, bias, dropout, causal, newRotary);
    }

    /** D, the width of a head. */
    public long headWidth() {
        return width / heads.queries();
    }
}
