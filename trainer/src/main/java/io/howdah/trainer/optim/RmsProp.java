// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop, as PyTorch's {@code torch.optim.RMSprop} computes it:
 *
 * <pre>
 * g ← g + λ·w
 * v ← α·v + (1 − α)·g²
 * a ← a + (1 − α)·(g − a)            centred only
 * u ← g / (√(v − a²) + ε)            a = 0 if not centred
 * b ← μ·b + u                        b = u without momentum
 * w ← w − η·b
 * </pre>
 *
 * with learning rate η, decay λ, smoothing α, momentum μ. Source: Hinton, "Neural Networks for Machine Learning", lecture
 * 6, 2012; centred: Graves, "Generating Sequences With Recurrent Neural Networks", 2013.
 */
public final class RmsProp implements ElementwiseRule {
    private final double smoothing;
    private final double epsilon;
    private final double momentum;
    private final Centring centring;

    /** What the mean of squares is taken around. */
    public enum Centring {
        /** Around zero. */
        NONE,
        /** Around the mean gradient: the variance. */
        MEAN
    }

    /**
     * @param smoothing α, at least 0
     * @param epsilon added to the denominator, at least 0
     * @param momentum μ, at least 0
     * @param centring whether the variance divides
     */
    public RmsProp(double smoothing, double epsilon, double momentum, Centring centring) {
        this.smoothing = HyperParameters.atLeast(0.0, "RMSprop", "smoothing", smoothing);
        this.epsilon = HyperParameters.atLeast(0.0, "RMSprop", "epsilon", epsilon);
        this.momentum = HyperParameters.atLeast(0.0, "RMSprop", "momentum", momentum);
        this.centring = centring;
    }

    @Override
    public List<String> stateNames() {
        List<String> names = new ArrayList<>(List.of("square_avg"));
        if (centring == Centring.MEAN) {
            names.add("grad_avg");
        }
        if (momentum > 0) {
            names.add("momentum_buffer");
        }
        return names;
    }

    @Override
    public void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step) {
        float[] square = state[0];
        float rate = (float) step.learningRate();
        float decay = (float) step.weightDecay();
        float keep = (float) smoothing;
        float gain = (float) (1 - smoothing);
        float small = (float) epsilon;
        float factor = (float) momentum;
        boolean centred = centring == Centring.MEAN;
        float[] mean = centred ? state[1] : square;
        float[] buffer = momentum > 0 ? state[state.length - 1] : square;
        for (int i = from; i < to; i++) {
            float g = gradient[i] + decay * weights[i];
            float v = keep * square[i] + gain * (g * g);
            square[i] = v;
            if (centred) {
                float a = mean[i] + gain * (g - mean[i]);
                mean[i] = a;
                v -= a * a;
            }
            float u = g / ((float) Math.sqrt(v) + small);
            if (factor > 0) {
                u += factor * buffer[i];
                buffer[i] = u;
            }
            weights[i] -= rate * u;
        }
    }
}
