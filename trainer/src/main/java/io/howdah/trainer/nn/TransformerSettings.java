// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

/**
 * What a transformer block is like.
 *
 * @param attention its self-attention
 * @param hidden F, width of the feed-forward layer
 * @param feedForward what the feed-forward layer computes
 * @param norm how its inputs are normalised
 * @param epsilon what keeps the normalisations' roots from 0
 * @param dropout probability with which elements of the two branches, and of the hidden layer, are dropped in training
 */
public record TransformerSettings(
        AttentionSettings attention, long hidden, FeedForward feedForward, Norm norm, double epsilon, double dropout) {
    /** The function between the two linear layers of the feed-forward part. */
    public enum FeedForward {
        RELU,
        GELU,
        /** The approximation by tanh, as in GPT-2. */
        GELU_TANH,
        /** silu(gate) · value; the first layer gives the gate before the value. */
        SWIGLU
    }

    /** The normalisation before each branch. */
    public enum Norm {
        LAYER,
        RMS
    }

    public TransformerSettings {
        if (hidden < 1 || !(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException("Cannot make transformer block: hidden=" + hidden + " dropout=" + dropout
                    + ", expected a width above 0 and a probability from 0 to 1; correct them");
        }
    }

    /** Layer normalisation, GELU and a hidden layer of four times the width, as in GPT-2, without dropout. */
    public static TransformerSettings layerNormGelu(AttentionSettings attention) {
        return new TransformerSettings(
                attention, 4 * attention.width(), FeedForward.GELU, Norm.LAYER, LayerNorm.DEFAULT_EPSILON, 0);
    }

    /** RMS normalisation, SwiGLU and no biases, as in LLaMA, without dropout. */
    public static TransformerSettings rmsNormSwiGlu(AttentionSettings attention, long hidden) {
        return new TransformerSettings(attention.withBias(Bias.NONE), hidden, FeedForward.SWIGLU, Norm.RMS, 1e-5, 0);
    }

    public TransformerSettings withHidden(long newHidden) {
        return new TransformerSettings(attention, newHidden, feedForward, norm, epsilon, dropout);
    }

    public TransformerSettings withFeedForward(FeedForward newFeedForward) {
        return new TransformerSettings(attention, hidden, newFeedForward, norm, epsilon, dropout);
    }

    public TransformerSettings withEpsilon(double newEpsilon) {
        return new TransformerSettings(attention, hidden, feedForward, norm, newEpsilon, dropout);
    }

    public TransformerSettings withDropout(double probability) {
        return new TransformerSettings(attention, hidden, feedForward, norm, epsilon, probability);
    }
}
