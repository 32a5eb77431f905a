// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.optim.ElementwiseRule.Place;
import io.howdah.trainer.tensor.VectorModule;
import java.util.Arrays;
import java.util.List;

/**
 * What {@link Adam} and {@link AdamW} share: the moments and the step that they make.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the denominator
 * @param denominator which second moment divides
 */
record Moments(double beta1, double beta2, double epsilon, Adam.Denominator denominator) {
    /**
     * Numbers of one step.
     *
     * @param keep what the weights are multiplied by first
     * @param penalty what of the weights is added to the gradient
     * @param stepSize η/(1 − β₁ᶜ)
     * @param root √(1 − β₂ᶜ)
     */
    record Factors(float keep, float penalty, float stepSize, float root) {}

    static Moments of(String rule, double beta1, double beta2, double epsilon, Adam.Denominator denominator) {
        return new Moments(
                HyperParameters.fraction(rule, "beta1", beta1),
                HyperParameters.fraction(rule, "beta2", beta2),
                HyperParameters.atLeast(0.0, rule, "epsilon", epsilon),
                denominator);
    }

    List<String> stateNames() {
        return denominator == Adam.Denominator.LARGEST
                ? List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
                : List.of("exp_avg", "exp_avg_sq");
    }

    Factors factors(UpdateRule.Step step, float keep, float penalty) {
        return new Factors(keep, penalty, (float) (step.learningRate() / (1 - Math.pow(beta1, step.count()))), (float)
                Math.sqrt(1 - Math.pow(beta2, step.count())));
    }

    /** {@link #update} where the elements lie; false where that would not be faster. */
    boolean updateInPlace(Place place, float[][] state, int from, int to, Factors factors) {
        if (denominator == Adam.Denominator.LARGEST || !VectorModule.isPresent()) {
            return false;
        }
        int rest = VectorMoments.update(this, factors, place, state, from, to);
        int count = to - rest;
        float[] weights = new float[count];
        float[] gradient = new float[count];
        int start = place.start() + Float.BYTES * rest;
        for (int i = 0; i < count; i++) {
            weights[i] = place.weights().getFloat(start + Float.BYTES * i);
            gradient[i] = place.gradient().getFloat(start + Float.BYTES * i);
        }
        float[] first = Arrays.copyOfRange(state[0], rest, to);
        float[] second = Arrays.copyOfRange(state[1], rest, to);
        update(weights, new float[][] {first, second}, gradient, 0, count, factors);
        System.arraycopy(first, 0, state[0], rest, count);
        System.arraycopy(second, 0, state[1], rest, count);
        for (int i = 0; i < count; i++) {
            place.weights().putFloat(start + Float.BYTES * i, weights[i]);
        }
        return true;
    }

    void update(float[] weights, float[][] state, float[] gradient, int from, int to, Factors factors) {
        if (denominator == Adam.Denominator.LARGEST) {
            updateByLargest(weights, state, gradient, from, to, factors);
            return;
        }
        float[] first = state[0];
        float[] second = state[1];
        float firstGain = (float) (1 - beta1);
        float secondDecay = (float) beta2;
        float secondGain = (float) (1 - beta2);
        float small = (float) epsilon;
        float keep = factors.keep;
        float penalty = factors.penalty;
        float stepSize = factors.stepSize;
        float root = factors.root;
        for (int i = from; i < to; i++) {
            float g = gradient[i] + penalty * weights[i];
            float m = first[i] + firstGain * (g - first[i]);
            float v = secondDecay * second[i] + secondGain * (g * g);
            first[i] = m;
            second[i] = v;
            weights[i] = weights[i] * keep - stepSize * (m / ((float) Math.sqrt(v) / root + small));
        }
    }

    private void updateByLargest(
            float[] weights, float[][] state, float[] gradient, int from, int to, Factors factors) {
        float[] first = state[0];
        float[] second = state[1];
        float[] largest = state[2];
        float firstGain = (float) (1 - beta1);
        float secondDecay = (float) beta2;
        float secondGain = (float) (1 - beta2);
        float small = (float) epsilon;
        for (int i = from; i < to; i++) {
            float g = gradient[i] + factors.penalty * weights[i];
            float m = first[i] + firstGain * (g - first[i]);
            float v = secondDecay * second[i] + secondGain * (g * g);
            float top = Math.max(largest[i], v);
            first[i] = m;
            second[i] = v;
            largest[i] = top;
            float divisor = (float) Math.sqrt(top) / factors.root + small;
            weights[i] = weights[i] * factors.keep - factors.stepSize * (m / divisor);
        }
    }
}
