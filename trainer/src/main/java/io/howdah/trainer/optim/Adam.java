// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/**
 * Adam with L2 decay, as PyTorch's {@code torch.optim.Adam} computes it:
 *
 * <pre>
 * g ← g + λ·w
 * m ← m + (1 − β₁)·(g − m)
 * v ← β₂·v + (1 − β₂)·g²
 * w ← w − η/(1 − β₁ᶜ) · m / (√v/√(1 − β₂ᶜ) + ε)
 * </pre>
 *
 * with learning rate η, decay λ and count c of applied steps. AMSGrad takes the largest v so far in the last line.
 * Sources: Kingma and Ba, "Adam", 2015; Reddi et al., "On the Convergence of Adam and Beyond", 2018.
 */
public final class Adam implements ElementwiseRule {
    private final Moments moments;

    /** Which second moment divides the step. */
    public enum Denominator {
        /** The running mean of squares. */
        CURRENT,
        /** AMSGrad: the largest running mean of squares so far. */
        LARGEST
    }

    /**
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the denominator, at least 0
     * @param denominator whether AMSGrad's
     */
    public Adam(double beta1, double beta2, double epsilon, Denominator denominator) {
        this.moments = Moments.of("Adam", beta1, beta2, epsilon, denominator);
    }

    @Override
    public List<String> stateNames() {
        return moments.stateNames();
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        float penalty = (float) step.weightDecay();
        moments.update(weights, state, gradient, from, to, moments.factors(step, 1, penalty));
    }

    @Override
    public boolean updateInPlace(Place place, float[][] state, int from, int to, Step step) {
        float penalty = (float) step.weightDecay();
        return moments.updateInPlace(place, state, from, to, moments.factors(step, 1, penalty));
    }
}
