// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import org.jspecify.annotations.Nullable;

/**
 * How a batch normalisation works.
 *
 * @param epsilon what keeps the root from 0
 * @param momentum how far running statistics go towards those of a batch; null for their average over all batches
 * @param affine what is learnt
 * @param statistics whether there are running statistics
 */
public record BatchNormSettings(double epsilon, @Nullable Double momentum, Affine affine, Statistics statistics) {
    /** PyTorch's. */
    public static final BatchNormSettings DEFAULT =
            new BatchNormSettings(1e-5, 0.1, Affine.WEIGHT_AND_BIAS, Statistics.RUNNING);

    /** By what evaluation normalises. */
    public enum Statistics {
        /** By running statistics, which training updates. */
        RUNNING,
        /** By the batch at hand, as training does. */
        BATCH
    }

    public BatchNormSettings withEpsilon(double newEpsilon) {
        return new BatchNormSettings(newEpsilon, momentum, affine, statistics);
    }

    public BatchNormSettings withMomentum(@Nullable Double newMomentum) {
        return new BatchNormSettings(epsilon, newMomentum, affine, statistics);
    }

    public BatchNormSettings withAffine(Affine newAffine) {
        return new BatchNormSettings(epsilon, momentum, newAffine, statistics);
    }

    public BatchNormSettings withStatistics(Statistics newStatistics) {
        return new BatchNormSettings(epsilon, momentum, affine, newStatistics);
    }
}
