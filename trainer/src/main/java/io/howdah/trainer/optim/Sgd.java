// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent with momentum, as PyTorch's {@code torch.optim.SGD} computes it:
 *
 * <pre>
 * d ← g + λ·w
 * b ← d                     in the first step
 * b ← μ·b + (1 − τ)·d       later
 * w ← w − η·b               or, with Nesterov's momentum,  w ← w − η·(d + μ·b)
 * </pre>
 *
 * with learning rate η, decay λ, momentum μ, dampening τ. Without momentum there is no state and w ← w − η·d; then, and
 * without decay, it takes sparse gradients. Source: Sutskever et al., "On the importance of initialization and momentum in
 * deep learning", 2013.
 */
public final class Sgd implements ElementwiseRule {
    private final double momentum;
    private final double dampening;
    private final Lookahead lookahead;

    /** Where the gradient counts as taken. */
    public enum Lookahead {
        /** At the weights. */
        NONE,
        /** Ahead of them by the momentum. */
        NESTEROV
    }

    /** Without dampening and look-ahead. */
    public Sgd(double momentum) {
        this(momentum, 0, Lookahead.NONE);
    }

    /**
     * @param momentum μ, at least 0; 0 needs no state
     * @param dampening τ, at most 1; 0 with Nesterov's momentum
     * @param lookahead whether Nesterov's, which needs a momentum
     */
    public Sgd(double momentum, double dampening, Lookahead lookahead) {
        this.momentum = HyperParameters.atLeast(0.0, "SGD", "momentum", momentum);
        this.dampening = HyperParameters.share("SGD", "dampening", dampening);
        this.lookahead = lookahead;
        if (lookahead == Lookahead.NESTEROV && (momentum == 0 || dampening != 0)) {
            throw HyperParameters.refusal(
                    "SGD",
                    "momentum=" + momentum + " dampening",
                    "" + dampening,
                    "a momentum and zero dampening for Nesterov");
        }
    }

    @Override
    public List<String> stateNames() {
        return momentum == 0 ? List.of() : List.of("momentum_buffer");
    }

    @Override
    public @Nullable String sparseObstacle(double weightDecay) {
        if (momentum != 0) {
            return "momentum also moves rows without a gradient; set momentum to 0";
        }
        return weightDecay == 0 ? null : "weight decay also moves rows without a gradient; set it to 0";
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
        boolean first = step.count() == 1;
        float factor = first ? 0 : (float) momentum;
        float gain = first ? 1 : (float) (1 - dampening);
        if (lookahead == Lookahead.NONE) {
            for (int i = from; i < to; i++) {
                float b = factor * buffer[i] + gain * (gradient[i] + decay * weights[i]);
                buffer[i] = b;
                weights[i] -= rate * b;
            }
            return;
        }
        float ahead = (float) momentum;
        for (int i = from; i < to; i++) {
            float d = gradient[i] + decay * weights[i];
            float b = factor * buffer[i] + gain * d;
            buffer[i] = b;
            weights[i] -= rate * (d + ahead * b);
        }
    }
}
