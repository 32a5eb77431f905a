// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.BatchNorms;
import io.howdah.trainer.ops.GroupNorms;
import io.howdah.trainer.ops.RowNorms;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Normalisations. */
public final class NormalisationFunctions {
    private NormalisationFunctions() {}

    /** Numbers of a batch normalisation: running = (1 − momentum) · running + momentum · batch, and what keeps √ from 0. */
    public record BatchRule(double momentum, double epsilon) {
        /** PyTorch's. */
        public static final BatchRule DEFAULT = new BatchRule(0.1, 1e-5);
    }

    /**
     * (x − mean) / √(variance + ε) · weight + bias per channel: by the moments of the batch in training, and in evaluation
     * where nothing is running; else by running ones.
     *
     * @param x [N, C, …]; in training with more than one value per channel
     * @param running updated in training; null for none
     * @param parameters weight [C] and bias [C], or without them
     */
    public static Tensor batchNorm(
            Tensor x,
            BatchNorms.@Nullable RunningMoments running,
            BatchNorms.Parameters parameters,
            Mode mode,
            BatchRule rule) {
        return running == null || mode.isTraining()
                ? BatchNorms.batchNorm(x, running, parameters, rule.momentum(), rule.epsilon())
                : BatchNorms.batchNormEvaluation(x, running, parameters, rule.epsilon());
    }

    /**
     * (x − mean) / √(variance + ε) · weight + bias per sample.
     *
     * @param x […, *normalised]
     * @param weight of shape {@code normalised}, or null
     * @param bias of shape {@code normalised}, or null
     */
    public static Tensor layerNorm(
            Tensor x, Shape normalised, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        return RowNorms.layerNorm(x, normalised, weight, bias, epsilon);
    }

    /**
     * x / √(mean(x²) + ε) · weight per sample.
     *
     * @param x […, *normalised]
     * @param weight of shape {@code normalised}, or null
     */
    public static Tensor rmsNorm(Tensor x, Shape normalised, @Nullable Tensor weight, double epsilon) {
        return RowNorms.rmsNorm(x, normalised, weight, epsilon);
    }

    /** {@link #rmsNorm(Tensor, Shape, Tensor, double)} with the distance from 1 to the dtype's next number as ε. */
    public static Tensor rmsNorm(Tensor x, Shape normalised, @Nullable Tensor weight) {
        return RowNorms.rmsNorm(x, normalised, weight);
    }

    /**
     * (x − mean) / √(variance + ε) · weight + bias per group of channels of a sample.
     *
     * @param x [N, C, …]
     * @param parameters weight [C] and bias [C], or without them
     */
    public static Tensor groupNorm(Tensor x, int groups, BatchNorms.Parameters parameters, double epsilon) {
        return GroupNorms.groupNorm(x, groups, parameters, epsilon);
    }
}
