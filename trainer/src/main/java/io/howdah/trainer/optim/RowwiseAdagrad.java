// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;
import java.util.List;

/**
 * Adagrad with one sum per row of a table, for embeddings too large for a state of their own size:
 *
 * <pre>
 * g ← g + λ·w
 * s ← s + mean over the row of g²
 * w ← w − η·g / (√s + ε)
 * </pre>
 *
 * with learning rate η and decay λ. Source: Naumov et al., "Deep Learning Recommendation Model for Personalization and
 * Recommendation Systems", 2019; FBGEMM's EXACT_ROWWISE_ADAGRAD.
 */
public final class RowwiseAdagrad extends RowRule {
    private final double initialSum;
    private final double epsilon;

    /**
     * @param initialSum what s starts from, at least 0
     * @param epsilon added to the denominator, at least 0
     */
    public RowwiseAdagrad(double initialSum, double epsilon) {
        this.initialSum = HyperParameters.atLeast(0.0, "row-wise Adagrad", "initialSum", initialSum);
        this.epsilon = HyperParameters.atLeast(0.0, "row-wise Adagrad", "epsilon", epsilon);
    }

    @Override
    public List<String> stateNames() {
        return List.of("row_sum");
    }

    @Override
    public float initialState(int index) {
        return (float) initialSum;
    }

    @Override
    public int[] stateSizes(Shape shape) {
        return new int[] {rows(shape)};
    }

    @Override
    public RowUpdate rowUpdate(float[][] state, Step step) {
        return row -> update(row, state[0], step);
    }

    private void update(Row row, float[] sums, Step step) {
        float[] weights = row.weights();
        float[] gradient = row.gradient();
        float decay = (float) step.weightDecay();
        double squares = 0;
        for (int i = row.at(); i < row.at() + row.length(); i++) {
            double g = gradient[i] + decay * weights[i];
            squares += g * g;
        }
        float sum = sums[row.number()] + (float) (squares / row.length());
        sums[row.number()] = sum;
        float rate = (float) (step.learningRate() / (Math.sqrt(sum) + epsilon));
        for (int i = row.at(); i < row.at() + row.length(); i++) {
            weights[i] -= rate * (gradient[i] + decay * weights[i]);
        }
    }
}
