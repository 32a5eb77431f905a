// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

/**
 * How well a model predicts held-out text.
 *
 * @param heldOutNatsPerToken mean negative log-likelihood of a held-out token, in nats
 * @param unigramNatsPerToken the same of a model that knows only how often each token occurs in the training text
 * @param tokens number of held-out tokens
 */
public record Evaluation(double heldOutNatsPerToken, double unigramNatsPerToken, long tokens) {
    /** The model's loss in bits; tokens are bytes. */
    public double bitsPerByte() {
        return heldOutNatsPerToken / Math.log(2);
    }

    /** The unigram baseline in bits; tokens are bytes. */
    public double unigramBitsPerByte() {
        return unigramNatsPerToken / Math.log(2);
    }
}
