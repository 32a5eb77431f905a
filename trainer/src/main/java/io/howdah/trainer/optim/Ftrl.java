// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follow the regularised leader, proximal and per coordinate, for wide sparse models:
 *
 * <pre>
 * g ← g + λ·w
 * σ = (√(n + g²) − √n) / η
 * z ← z + g − σ·w
 * n ← n + g²
 * w ← 0                                                    if |z| ≤ l₁
 * w ← −(z − sign(z)·l₁) / ((β + √n)/η + l₂)                otherwise
 * </pre>
 *
 * with learning rate η and decay λ. A coordinate whose gradient is zero stays as it is, as in the paper, where only features
 * of the example are visited; so it takes sparse gradients. Weights are expected to start at zero, because w follows from z
 * and n alone. Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013, algorithm 1.
 */
public final class Ftrl implements ElementwiseRule {
    private final double l1;
    private final double l2;
    private final double beta;

    /**
     * @param l1 strength of the absolute penalty, at least 0; makes weights exactly zero
     * @param l2 strength of the square penalty, at least 0
     * @param beta smooths the first steps, at least 0
     */
    public Ftrl(double l1, double l2, double beta) {
        this.l1 = HyperParameters.atLeast(0.0, "FTRL", "l1", l1);
        this.l2 = HyperParameters.atLeast(0.0, "FTRL", "l2", l2);
        this.beta = HyperParameters.atLeast(0.0, "FTRL", "beta", beta);
    }

    @Override
    public List<String> stateNames() {
        return List.of("z", "n");
    }

    @Override
    public @Nullable String sparseObstacle(double weightDecay) {
        return null;
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        if (step.learningRate() == 0) {
            return; // the formula divides by it
        }
        float[] linear = state[0];
        float[] squares = state[1];
        float inverse = (float) (1 / step.learningRate());
        float decay = (float) step.weightDecay();
        float absolute = (float) l1;
        float square = (float) l2;
        float smooth = (float) beta;
        for (int i = from; i < to; i++) {
            if (gradient[i] == 0) {
                continue;
            }
            float g = gradient[i] + decay * weights[i];
            float n = squares[i] + g * g;
            float root = (float) Math.sqrt(n);
            float sigma = (root - (float) Math.sqrt(squares[i])) * inverse;
            float z = linear[i] + g - sigma * weights[i];
            linear[i] = z;
            squares[i] = n;
            float shrunk = z - Math.copySign(absolute, z);
            weights[i] = Math.abs(z) <= absolute ? 0 : -shrunk / ((smooth + root) * inverse + square);
        }
    }
}
