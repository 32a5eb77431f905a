// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;
import java.util.List;

/**
 * Adam whose moments move only where there is a gradient, as PyTorch's {@code torch.optim.SparseAdam} computes it:
 *
 * <pre>
 * g ← g + λ·w
 * m ← m + (1 − β₁)·(g − m)
 * v ← v + (1 − β₂)·(g² − v)
 * w ← w − η·√(1 − β₂ᶜ)/(1 − β₁ᶜ) · m / (√v + ε)
 * </pre>
 *
 * with learning rate η, decay λ (which PyTorch does not offer) and count c of applied steps, of whatever rows.
 */
public final class SparseAdam extends RowRule {
    private final double beta1;
    private final double beta2;
    private final double epsilon;

    /**
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the denominator, above 0
     */
    public SparseAdam(double beta1, double beta2, double epsilon) {
        this.beta1 = HyperParameters.fraction("SparseAdam", "beta1", beta1);
        this.beta2 = HyperParameters.fraction("SparseAdam", "beta2", beta2);
        this.epsilon = HyperParameters.positive("SparseAdam", "epsilon", epsilon);
    }

    @Override
    public List<String> stateNames() {
        return List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    public int[] stateSizes(Shape shape) {
        int elements = Math.toIntExact(shape.elements());
        return new int[] {elements, elements};
    }

    @Override
    public RowUpdate rowUpdate(float[][] state, Step step) {
        double correction = Math.sqrt(1 - Math.pow(beta2, step.count())) / (1 - Math.pow(beta1, step.count()));
        float rate = (float) (step.learningRate() * correction);
        float decay = (float) step.weightDecay();
        return row -> update(row, state[0], state[1], rate, decay);
    }

    private void update(Row row, float[] first, float[] second, float rate, float decay) {
        float[] weights = row.weights();
        float[] gradient = row.gradient();
        float firstGain = (float) (1 - beta1);
        float secondGain = (float) (1 - beta2);
        float small = (float) epsilon;
        int shift = row.number() * row.length() - row.at();
        for (int i = row.at(); i < row.at() + row.length(); i++) {
            float g = gradient[i] + decay * weights[i];
            float m = first[i + shift] + firstGain * (g - first[i + shift]);
            float v = second[i + shift] + secondGain * (g * g - second[i + shift]);
            first[i + shift] = m;
            second[i + shift] = v;
            weights[i] -= rate * (m / ((float) Math.sqrt(v) + small));
        }
    }
}
