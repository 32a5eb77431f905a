// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * LAMB, Adam's step scaled per tensor to the length of the weights, for very large batches:
 *
 * <pre>
 * m ← m + (1 − β₁)·(g − m)
 * v ← β₂·v + (1 − β₂)·g²
 * u = m/(1 − β₁ᶜ) / (√v/√(1 − β₂ᶜ) + ε) + λ·w
 * r = ‖w‖/‖u‖, or 1 where either norm is 0
 * w ← w − η·r·u
 * </pre>
 *
 * with learning rate η, decay λ and count c of applied steps; norms over the whole tensor, in double precision. Source: You
 * et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2020, algorithm 2 with φ(x) = x.
 */
public final class Lamb implements TensorRule {
    private final double beta1;
    private final double beta2;
    private final double epsilon;

    /**
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the denominator, at least 0
     */
    public Lamb(double beta1, double beta2, double epsilon) {
        this.beta1 = HyperParameters.fraction("LAMB", "beta1", beta1);
        this.beta2 = HyperParameters.fraction("LAMB", "beta2", beta2);
        this.epsilon = HyperParameters.atLeast(0.0, "LAMB", "epsilon", epsilon);
    }

    @Override
    public List<String> stateNames() {
        return List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    public int[] stateSizes(Shape shape) {
        int[] sizes = new int[2];
        Arrays.fill(sizes, Math.toIntExact(shape.elements()));
        return sizes;
    }

    @Override
    public void update(TensorSlices tensor, float[][] state, Step step) {
        LaneSums weightSquares = new LaneSums(tensor.blocks());
        LaneSums updateSquares = new LaneSums(tensor.blocks());
        float firstFactor = (float) (1 / (1 - Math.pow(beta1, step.count())));
        float root = (float) Math.sqrt(1 - Math.pow(beta2, step.count()));
        float decay = (float) step.weightDecay();
        tensor.forEachBlock((block, run) -> {
            moments(run, state, firstFactor, root, decay);
            weightSquares.addSquares(block, run.weights(), run.at(), run.length(), run.element());
            updateSquares.addSquares(block, run.gradient(), run.at(), run.length(), run.element());
        });
        double weightNorm = Math.sqrt(weightSquares.total());
        double updateNorm = Math.sqrt(updateSquares.total());
        double ratio = weightNorm > 0 && updateNorm > 0 ? weightNorm / updateNorm : 1;
        float rate = (float) (step.learningRate() * ratio);
        tensor.forEachBlock((block, run) -> {
            float[] weights = run.weights();
            float[] update = run.gradient();
            for (int i = run.at(); i < run.at() + run.length(); i++) {
                weights[i] -= rate * update[i];
            }
        });
    }

    /** Moves the moments and puts u in the place of the gradient. */
    private void moments(TensorSlices.Run run, float[][] state, float firstFactor, float root, float decay) {
        float[] weights = run.weights();
        float[] gradient = run.gradient();
        float[] first = state[0];
        float[] second = state[1];
        float firstGain = (float) (1 - beta1);
        float secondDecay = (float) beta2;
        float secondGain = (float) (1 - beta2);
        float small = (float) epsilon;
        int shift = run.element() - run.at();
        for (int i = run.at(); i < run.at() + run.length(); i++) {
            float g = gradient[i];
            float m = first[i + shift] + firstGain * (g - first[i + shift]);
            float v = secondDecay * second[i + shift] + secondGain * (g * g);
            first[i + shift] = m;
            second[i + shift] = v;
            gradient[i] = firstFactor * m / ((float) Math.sqrt(v) / root + small) + decay * weights[i];
        }
    }
}
