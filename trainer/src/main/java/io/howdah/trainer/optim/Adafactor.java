// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;
import java.util.List;

/**
 * Adafactor, as PyTorch's {@code torch.optim.Adafactor} computes it. Of a tensor [B…, R, C] it keeps R + C second moments per
 * matrix instead of R·C:
 *
 * <pre>
 * γ = cᵖ,  ρ = min(η, 1/√c),  α = max(ε₂, rms(w))·ρ
 * w ← w·(1 − η·λ)
 * row ← row + γ·(mean over columns of g² − row)
 * col ← col + γ·(mean over rows of g² − col)
 * v = row·col / max(ε₁, mean of row)       for vectors  v ← v + γ·(g² − v)
 * u = g / √max(v, ε₁²)
 * w ← w − α/max(1, rms(u)/d) · u
 * </pre>
 *
 * with learning rate η, decay λ, count c of applied steps, exponent p ≤ 0. Source: Shazeer and Stern, "Adafactor: Adaptive
 * Learning Rates with Sublinear Memory Cost", 2018.
 */
public final class Adafactor implements TensorRule {
    private final double exponent;
    private final double epsilon;
    private final double relativeFloor;
    private final double clip;

    /**
     * @param exponent p, at most 0: how fast second moments forget
     * @param epsilon ε₁, at least 0: floor of the root of the second moment
     * @param relativeFloor ε₂, at least 0: floor of the weights' root mean square
     * @param clip d, at least 1: largest root mean square of the update
     */
    public Adafactor(double exponent, double epsilon, double relativeFloor, double clip) {
        if (!(exponent <= 0)) {
            throw HyperParameters.refusal("Adafactor", "exponent", "" + exponent, "at most 0");
        }
        this.exponent = exponent;
        this.epsilon = HyperParameters.atLeast(0.0, "Adafactor", "epsilon", epsilon);
        this.relativeFloor = HyperParameters.atLeast(0.0, "Adafactor", "relativeFloor", relativeFloor);
        this.clip = HyperParameters.atLeast(1.0, "Adafactor", "clip", clip);
    }

    @Override
    public List<String> stateNames() {
        return List.of("row_var", "col_var", "variance");
    }

    @Override
    public int[] stateSizes(Shape shape) {
        int elements = Math.toIntExact(shape.elements());
        if (shape.rank() < 2 || elements == 0) {
            return new int[] {0, 0, elements};
        }
        return new int[] {(int) (elements / shape.size(-1)), (int) (elements / shape.size(-2)), 0};
    }

    @Override
    public void update(TensorSlices tensor, float[][] state, Step step) {
        if (tensor.elements() == 0) {
            return;
        }
        LaneSums weightSquares = new LaneSums(tensor.blocks());
        tensor.forEachBlock(
                (block, run) -> weightSquares.addSquares(block, run.weights(), run.at(), run.length(), run.element()));
        float gain = (float) Math.pow(step.count(), exponent);
        LaneSums updateSquares = new LaneSums(tensor.blocks());
        if (tensor.shape().rank() < 2) {
            tensor.forEachBlock((block, run) -> vectorUpdate(run, state[2], gain));
        } else {
            FactoredMoments moments = new FactoredMoments(tensor, state[0], state[1]);
            moments.move(gain);
            float[] rowFactors = moments.rowFactors(epsilon);
            tensor.forEachBlock((block, run) -> matrixUpdate(run, moments, rowFactors));
        }
        tensor.forEachBlock(
                (block, run) -> updateSquares.addSquares(block, run.gradient(), run.at(), run.length(), run.element()));
        move(tensor, rms(weightSquares, tensor), rms(updateSquares, tensor), step);
    }

    private static double rms(LaneSums squares, TensorSlices tensor) {
        return Math.sqrt(squares.total() / tensor.elements());
    }

    private void move(TensorSlices tensor, double weightRms, double updateRms, Step step) {
        double relative = Math.min(step.learningRate(), 1 / Math.sqrt(step.count()));
        double size = Math.max(relativeFloor, weightRms) * relative;
        float keep = (float) (1 - step.learningRate() * step.weightDecay());
        float rate = (float) (size / Math.max(1, updateRms / clip));
        tensor.forEachBlock((block, run) -> {
            float[] weights = run.weights();
            float[] update = run.gradient();
            for (int i = run.at(); i < run.at() + run.length(); i++) {
                weights[i] = weights[i] * keep - rate * update[i];
            }
        });
    }

    /** Puts u in the place of a vector's gradient. */
    private void vectorUpdate(TensorSlices.Run run, float[] variance, float gain) {
        float[] gradient = run.gradient();
        float floor = (float) (epsilon * epsilon);
        int shift = run.element() - run.at();
        for (int i = run.at(); i < run.at() + run.length(); i++) {
            float g = gradient[i];
            float v = variance[i + shift] + gain * (g * g - variance[i + shift]);
            variance[i + shift] = v;
            gradient[i] = g / (float) Math.sqrt(Math.max(v, floor));
        }
    }

    /** Puts u in the place of a matrix's gradient. */
    private void matrixUpdate(TensorSlices.Run run, FactoredMoments moments, float[] rowFactors) {
        float[] gradient = run.gradient();
        float floor = (float) (epsilon * epsilon);
        moments.forEachRow(run, (row, column, columnState, at, length) -> {
            float[] columns = moments.columns();
            float factor = rowFactors[row];
            int shift = columnState - at;
            for (int i = at; i < at + length; i++) {
                gradient[i] /= (float) Math.sqrt(Math.max(factor * columns[i + shift], floor));
            }
        });
    }
}
