// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/**
 * Adam with decoupled weight decay, as PyTorch's {@code torch.optim.AdamW} computes it:
 *
 * <pre>
 * w ← w·(1 − η·λ)
 * m ← m + (1 − β₁)·(g − m)
 * v ← β₂·v + (1 − β₂)·g²
 * w ← w − η/(1 − β₁ᶜ) · m / (√v/√(1 − β₂ᶜ) + ε)
 * </pre>
 *
 * with learning rate η, decay λ and count c of applied steps. AMSGrad takes the largest v so far in the last line.
 * Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
 */
public final class AdamW implements ElementwiseRule {
    private final Moments moments;

    /** Without AMSGrad. */
    public AdamW(double beta1, double beta2, double epsilon) {
        this(beta1, beta2, epsilon, Adam.Denominator.CURRENT);
    }

    /**
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the denominator, at least 0
     * @param denominator whether AMSGrad's
     */
    public AdamW(double beta1, double beta2, double epsilon, Adam.Denominator denominator) {
        this.moments = Moments.of("AdamW", beta1, beta2, epsilon, denominator);
    }

    @Override
    public List<String> stateNames() {
        return moments.stateNames();
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        float keep = (float) (1 - step.learningRate() * step.weightDecay());
        moments.update(weights, state, gradient, from, to, moments.factors(step, keep, 0));
    }

    @Override
    public boolean updateInPlace(Place place, float[][] state, int from, int to, Step step) {
        float keep = (float) (1 - step.learningRate() * step.weightDecay());
        return moments.updateInPlace(place, state, from, to, moments.factors(step, keep, 0));
    }
}
