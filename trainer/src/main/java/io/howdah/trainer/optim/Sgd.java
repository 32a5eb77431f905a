// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/**
 * Stochastic gradient descent with momentum, as PyTorch's {@code torch.optim.SGD} computes it (no dampening, no
 * Nesterov):
 *
 * <pre>
 * d ← g + λ·w
 * b ← μ·b + d
 * w ← w − η·b
 * </pre>
 *
 * with learning rate η, decay λ, momentum μ. Without momentum there is no state and w ← w − η·d.
 */
public final class Sgd implements UpdateRule {
    private final double momentum;

    /** @param momentum μ in [0, 1); 0 needs no state */
    public Sgd(double momentum) {
        this.momentum = momentum;
    }

    @Override
    public List<String> stateNames() {
        return momentum == 0 ? List.of() : List.of("momentum_buffer");
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        float rate = (float) step.learningRate();
        float decay = (float) step.weightDecay();
        if (momentum == 0) {
            for (int i = from; i < to; i++) {
                weights[i] -= rate * (gradient[i] + decay * weights[i]);
            }
            return;
        }
        float[] buffer = state[0];
        float factor = (float) momentum;
        for (int i = from; i < to; i++) {
            float b = factor * buffer[i] + (gradient[i] + decay * weights[i]);
            buffer[i] = b;
            weights[i] -= rate * b;
        }
    }
}
