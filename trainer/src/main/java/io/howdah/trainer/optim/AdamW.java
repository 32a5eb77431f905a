// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/**
 * Adam with decoupled weight decay, as PyTorch's {@code torch.optim.AdamW} computes it (without amsgrad):
 *
 * <pre>
 * w ← w·(1 − η·λ)
 * m ← m + (1 − β₁)·(g − m)
 * v ← β₂·v + (1 − β₂)·g²
 * w ← w − η/(1 − β₁ᶜ) · m / (√v/√(1 − β₂ᶜ) + ε)
 * </pre>
 *
 * with learning rate η, decay λ and count c of applied steps. Source: Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization", 2019.
 */
public final class AdamW implements UpdateRule {
    private final double beta1;
    private final double beta2;
    private final double epsilon;

    /**
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the denominator
     */
    public AdamW(double beta1, double beta2, double epsilon) {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
    }

    @Override
    public List<String> stateNames() {
        return List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        float[] first = state[0];
        float[] second = state[1];
        float decay = (float) (1 - step.learningRate() * step.weightDecay());
        float firstGain = (float) (1 - beta1);
        float secondDecay = (float) beta2;
        float secondGain = (float) (1 - beta2);
        float stepSize = (float) (step.learningRate() / (1 - Math.pow(beta1, step.count())));
        float root = (float) Math.sqrt(1 - Math.pow(beta2, step.count()));
        float small = (float) epsilon;
        for (int i = from; i < to; i++) {
            float g = gradient[i];
            float m = first[i] + firstGain * (g - first[i]);
            float v = secondDecay * second[i] + secondGain * (g * g);
            first[i] = m;
            second[i] = v;
            weights[i] = weights[i] * decay - stepSize * (m / ((float) Math.sqrt(v) / root + small));
        }
    }
}
