// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.tensor.Shape;

/**
 * A parameter as all parties of a job know it.
 *
 * @param name qualified name, for instance {@code hidden.0.weight}
 * @param shape shape of the weight
 * @param learningRateFactor multiplies the schedule's rate; 1 for most, 0 for a parameter that never changes
 * @param weightDecayFactor multiplies the optimiser's decay; 0 for biases and gains
 */
public record ParameterSpec(String name, Shape shape, double learningRateFactor, double weightDecayFactor) {
    /** Whether it never changes; not every rule leaves weights alone at a rate of 0. */
    boolean isFrozen() {
        return learningRateFactor == 0;
    }

    /** The numbers of a step with this parameter's own rate and decay. */
    UpdateRule.Step step(UpdateRule.Step base) {
        return new UpdateRule.Step(
                base.count(), base.learningRate() * learningRateFactor, base.weightDecay() * weightDecayFactor);
    }
}
