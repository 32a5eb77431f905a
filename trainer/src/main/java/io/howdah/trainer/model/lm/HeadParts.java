// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.tensor.Tensor;
import java.util.function.Function;

/**
 * What heads that predict further tokens take from a decoder.
 *
 * @param tokens its embedding [V, E], a parameter
 * @param unembedding the weight that gives its scores [V, E], a parameter; {@code tokens} itself where the head is tied
 * @param epsilon of its normalisations
 * @param layer makes another block of its kind, with a normalisation behind it
 */
record HeadParts(Tensor tokens, Tensor unembedding, double epsilon, Function<FirstWeights, HeadLayer> layer) {
    /** E. */
    long width() {
        return tokens.size(1);
    }
}
