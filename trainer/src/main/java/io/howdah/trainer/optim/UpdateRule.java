// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;

/** How weights move against their gradient: one class per optimiser, one row in {@link UpdateRules}. */
public interface UpdateRule {
    /** Names of the state arrays, for checkpoints; each is as long as the weights and starts at zero. */
    List<String> stateNames();

    /**
     * Updates the elements [{@code from}, {@code to}) of {@code weights} and {@code state} in place.
     *
     * @param weights FP32 masters
     * @param state one array per name of {@link #stateNames}
     * @param gradient mean gradient, unscaled and clipped
     * @param from first element, inclusive
     * @param to last element, exclusive
     * @param step what holds for this step and these elements
     */
    void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step);

    /**
     * Numbers of one step.
     *
     * @param count applied steps including this one, from 1
     * @param learningRate rate of the schedule times the parameter's factor
     * @param weightDecay decay times the parameter's factor
     */
    record Step(long count, double learningRate, double weightDecay) {}
}
