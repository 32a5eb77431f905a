// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

/**
 * How much the heads' losses count beside that of the next token: λₖ = λ(step) · decayᵏ⁺¹ / divisor.
 *
 * @param weight λ at first
 * @param later λ from step {@code change} on
 * @param change step from which {@code later} holds; 0 for never
 * @param ramp steps in which λ rises along a quarter of a sine; 0 for at once
 * @param decay factor from head to head; 1 for none
 * @param divisor of all
 */
public record HeadLossWeights(double weight, double later, long change, long ramp, double decay, double divisor) {
    /** Always the same for every head. */
    public static HeadLossWeights constant(double weight) {
        return new HeadLossWeights(weight, weight, 0, 0, 1, 1);
    }

    /** λₖ in a step, from 0 on. */
    public double of(int head, long step) {
        double base = change > 0 && step >= change ? later : weight;
        double risen = step < ramp ? Math.sin(Math.PI / 2 * step / ramp) : 1;
        return base * risen * Math.pow(decay, head + 1.0) / divisor;
    }

    /** {@link #of} for all heads. */
    double[] all(int heads, long step) {
        double[] weights = new double[heads];
        for (int head = 0; head < heads; head++) {
            weights[head] = of(head, step);
        }
        return weights;
    }
}
