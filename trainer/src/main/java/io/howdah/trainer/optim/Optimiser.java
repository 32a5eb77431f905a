// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;

/**
 * Everything that decides how a mean gradient moves the weights.
 *
 * @param rule formula of the update
 * @param learningRate rate over the applied steps
 * @param weightDecay decay before the parameter's own factor
 * @param clipNorm largest L2 norm of the whole model's gradient; 0 for no clipping
 * @param clipValue largest absolute value of an element, after clipping by norm; 0 for no clipping
 */
public record Optimiser(
        UpdateRule rule, LearningRate learningRate, double weightDecay, double clipNorm, double clipValue) {
    public Optimiser {
        HyperParameters.atLeast(0.0, "optimiser", "weightDecay", weightDecay);
        HyperParameters.atLeast(0.0, "optimiser", "clipNorm", clipNorm);
        HyperParameters.atLeast(0.0, "optimiser", "clipValue", clipValue);
    }

    /** An optimiser that does not clip single elements. */
    public Optimiser(UpdateRule rule, LearningRate learningRate, double weightDecay, double clipNorm) {
        this(rule, learningRate, weightDecay, clipNorm, 0);
    }

    /**
     * The optimiser that {@code config} describes.
     *
     * @param totalSteps steps of the whole training, with which many a schedule ends
     * @param better which evaluations are better, for the schedule that they decide
     */
    public static Optimiser of(Config config, long totalSteps, Better better) {
        return new Optimiser(
                UpdateRules.named(config.get(OptimiserKeys.NAME), config),
                LearningRate.of(config, totalSteps, better),
                config.get(OptimiserKeys.WEIGHT_DECAY),
                config.get(OptimiserKeys.CLIP_NORM),
                config.get(OptimiserKeys.CLIP_VALUE));
    }

    /** The same, whose learning rate stays for {@code updates} applied steps where it stayed for one. */
    public Optimiser stretched(int updates) {
        LearningRate stretched = new LearningRate(
                learningRate.base(), step -> learningRate.schedule().factor(step / updates), learningRate.plateau());
        return new Optimiser(rule, stretched, weightDecay, clipNorm, clipValue);
    }

    /**
     * Factor that brings a gradient of norm {@code norm} under the limit: min(1, limit/(norm + 10⁻⁶)), as PyTorch's
     * {@code clip_grad_norm_}.
     */
    public double clipFactor(double norm) {
        return clipNorm == 0 ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    }

    /** Clips a gradient in place: times {@code factor}, then every element by {@link #clipValue}. */
    public void clip(float[] gradient, float factor) {
        if (factor != 1) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] *= factor;
            }
        }
        if (clipValue != 0) {
            float limit = (float) clipValue;
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = Math.max(-limit, Math.min(limit, gradient[i]));
            }
        }
    }
}
