// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adagrad, as PyTorch's {@code torch.optim.Adagrad} computes it:
 *
 * <pre>
 * g ← g + λ·w
 * s ← s + g²
 * w ← w − η/(1 + (c − 1)·κ) · g / (√s + ε)
 * </pre>
 *
 * with learning rate η, decay λ, count c of applied steps, rate decay κ. Without weight decay it takes sparse gradients.
 * Source: Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.
 */
public final class Adagrad implements ElementwiseRule {
    private final double rateDecay;
    private final double initialSum;
    private final double epsilon;

    /**
     * @param rateDecay κ, at least 0
     * @param initialSum what s starts from, at least 0
     * @param epsilon added to the denominator, at least 0
     */
    public Adagrad(double rateDecay, double initialSum, double epsilon) {
        this.rateDecay = HyperParameters.atLeast(0.0, "Adagrad", "rateDecay", rateDecay);
        this.initialSum = HyperParameters.atLeast(0.0, "Adagrad", "initialSum", initialSum);
        this.epsilon = HyperParameters.atLeast(0.0, "Adagrad", "epsilon", epsilon);
    }

    @Override
    public List<String> stateNames() {
        return List.of("sum");
    }

    @Override
    public float initialState(int index) {
        return (float) initialSum;
    }

    @Override
    public @Nullable String sparseObstacle(double weightDecay) {
        return weightDecay == 0 ? null : "weight decay also moves rows without a gradient; set it to 0";
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        float[] sum = state[0];
        float rate = (float) (step.learningRate() / (1 + (step.count() - 1) * rateDecay));
        float decay = (float) step.weightDecay();
        float small = (float) epsilon;
        for (int i = from; i < to; i++) {
            float g = gradient[i] + decay * weights[i];
            float s = sum[i] + g * g;
            sum[i] = s;
            weights[i] -= rate * (g / ((float) Math.sqrt(s) + small));
        }
    }
}
