// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How weights move against their gradient: one class per optimiser, one row in {@link UpdateRules}. The parameter server
 * and the {@link LocalOptimiser} run the same rules. A rule has no state of its own: whoever runs it keeps the arrays.
 */
public sealed interface UpdateRule permits ElementwiseRule, TensorRule {
    /** Names of the state arrays, for checkpoints. */
    List<String> stateNames();

    /** What state array {@code index} is filled with before the first step. */
    default float initialState(int index) {
        return 0;
    }

    /**
     * What keeps this rule from updating the rows of a table that have a gradient and leaving the others, state included,
     * as they are; null if nothing does.
     *
     * @param weightDecay decay that would apply
     */
    default @Nullable String sparseObstacle(double weightDecay) {
        return "the rule also moves rows without a gradient";
    }

    /**
     * Numbers of one step.
     *
     * @param count applied steps including this one, from 1
     * @param learningRate rate of the schedule times the parameter's factor
     * @param weightDecay decay times the parameter's factor
     */
    record Step(long count, double learningRate, double weightDecay) {}
}
