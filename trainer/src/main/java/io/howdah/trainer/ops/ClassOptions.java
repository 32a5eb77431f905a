// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Options of classification losses.
 *
 * @param weight a factor per class, [C], a constant; null for 1
 * @param ignoreIndex the class number of samples that neither give a loss nor count
 * @param labelSmoothing ε in [0, 1]: targets become (1 − ε)·target + ε/C (Szegedy et al. 2016)
 * @param reduction what becomes of the losses of single samples
 */
public record ClassOptions(
        @Nullable Tensor weight, long ignoreIndex, double labelSmoothing, Losses.Reduction reduction) {
    private static final long IGNORED = -100;

    public ClassOptions {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("Cannot compute loss: labelSmoothing=" + labelSmoothing
                    + ", expected 0 <= labelSmoothing <= 1; correct the smoothing");
        }
    }

    /** No weights, no smoothing, and −100 for samples to ignore. */
    public static ClassOptions of(Losses.Reduction reduction) {
        return new ClassOptions(null, IGNORED, 0, reduction);
    }

    /** Other factors per class. */
    public ClassOptions weight(@Nullable Tensor newWeight) {
        return new ClassOptions(newWeight, ignoreIndex, labelSmoothing, reduction);
    }

    /** Another number of samples to ignore. */
    public ClassOptions ignoreIndex(long newIndex) {
        return new ClassOptions(weight, newIndex, labelSmoothing, reduction);
    }

    /** Another smoothing. */
    public ClassOptions labelSmoothing(double newSmoothing) {
        return new ClassOptions(weight, ignoreIndex, newSmoothing, reduction);
    }

    void checkNoSmoothing(String op) {
        if (labelSmoothing != 0) {
            throw new IllegalArgumentException(
                    "Cannot compute " + op + ": labelSmoothing=" + labelSmoothing + ", expected 0; use crossEntropy");
        }
    }
}
