// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How attention weighs keys.
 *
 * @param mask broadcast to [..., L, S]: bool, where true takes part, or floating-point, which is added to the scores; or
 *     null
 * @param causal whether query i sees the keys 0 to i alone, also where L and S differ
 * @param scale factor of the scores; null for 1/√E
 * @param dropout probability with which a weight becomes 0 while the others are divided by 1 − dropout
 * @param grouped whether a key and value head serves several query heads that follow one another
 */
public record AttentionOptions(
        @Nullable Tensor mask, boolean causal, @Nullable Double scale, double dropout, boolean grouped) {
    /** All keys, scaled by 1/√E, without dropout. */
    public static final AttentionOptions DEFAULT = new AttentionOptions(null, false, null, 0, false);

    public AttentionOptions {
        if (mask != null && causal) {
            throw new IllegalArgumentException("Cannot compute attention: mask=" + mask
                    + " causal=true, expected one of them; make the mask causal");
        }
        if (!(dropout >= 0 && dropout <= 1)) {
            throw new IllegalArgumentException("Cannot compute attention: dropout=" + dropout
                    + ", expected a probability from 0 to 1; correct it");
        }
    }

    public AttentionOptions withMask(@Nullable Tensor newMask) {
        return new AttentionOptions(newMask, causal, scale, dropout, grouped);
    }

    public AttentionOptions withCausal() {
        return new AttentionOptions(mask, true, scale, dropout, grouped);
    }

    public AttentionOptions withScale(double newScale) {
        return new AttentionOptions(mask, causal, newScale, dropout, grouped);
    }

    public AttentionOptions withDropout(double probability) {
        return new AttentionOptions(mask, causal, scale, probability, grouped);
    }

    public AttentionOptions withGroupedHeads() {
        return new AttentionOptions(mask, causal, scale, dropout, true);
    }

    /** The factor for queries of a shape. */
    double scaleOf(Shape queries) {
        return scale == null ? 1 / Math.sqrt(queries.size(-1)) : scale;
    }
}
