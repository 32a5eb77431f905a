// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;
import java.util.Locale;

/**
 * Everything that decides how a mean gradient moves the weights.
 *
 * @param rule formula of the update
 * @param learningRate rate over the applied steps
 * @param weightDecay decay before the parameter's own factor
 * @param clipNorm largest L2 norm of the whole model's gradient; 0 for no clipping
 */
public record Optimiser(UpdateRule rule, LearningRate learningRate, double weightDecay, double clipNorm) {
    /**
     * The optimiser that {@code config} describes.
     *
     * @param totalSteps steps of the whole training, at which a cosine schedule reaches zero
     */
    public static Optimiser of(Config config, long totalSteps) {
        LearningRate.Schedule schedule =
                LearningRate.Schedule.valueOf(config.get(OptimiserKeys.SCHEDULE).toUpperCase(Locale.ROOT));
        return new Optimiser(
                UpdateRules.named(config.get(OptimiserKeys.NAME), config),
                new LearningRate(
                        config.get(OptimiserKeys.LEARNING_RATE),
                        schedule,
                        config.get(OptimiserKeys.WARMUP_STEPS),
                        totalSteps),
                config.get(OptimiserKeys.WEIGHT_DECAY),
                config.get(OptimiserKeys.CLIP_NORM));
    }

    /**
     * Factor that brings a gradient of norm {@code norm} under the limit: min(1, limit/(norm + 10⁻⁶)), as PyTorch's
     * {@code clip_grad_norm_}.
     */
    public double clipFactor(double norm) {
        return clipNorm == 0 ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    }
}
