// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.optim.RowwiseAdagrad;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.optim.UpdateRules;

/**
 * How the rows of all sparse tables of a job are trained and kept.
 *
 * @param rule formula of the update, which must leave rows without a gradient alone
 * @param learningRateFactor multiplies the schedule's rate
 * @param weightDecay decay of the rows that a step touches
 * @param admission contributions that an id needs before it gets a row; 1 for a row at once. A contribution is an applied
 *     step's gradient from one logical worker
 * @param eviction when rows go
 */
public record TableSettings(
        UpdateRule rule, double learningRateFactor, double weightDecay, int admission, Eviction eviction) {
    /** Row-wise Adagrad; rows come at once and stay. */
    public static final TableSettings DEFAULT = new TableSettings(new RowwiseAdagrad(0, 1e-8), 1, 0, 1, Eviction.NEVER);

    /** Two to three slots of four bytes, less what a just grown segment saves; see {@link RowIndex}. */
    private static final int INDEX_BYTES = 11;

    public TableSettings {
        String obstacle = rule.sparseObstacle(weightDecay);
        if (obstacle != null) {
            throw new IllegalArgumentException("Cannot train sparse tables: optimiser="
                    + rule.getClass().getSimpleName() + " weightDecay=" + weightDecay
                    + ", expected one that leaves rows without a gradient alone (" + obstacle + "); set "
                    + TableKeys.OPTIMISER.name() + " or " + TableKeys.WEIGHT_DECAY.name());
        }
        if (admission < 1) {
            throw new IllegalArgumentException("Cannot train sparse tables: admission=" + admission
                    + ", expected at least 1 contribution; set " + TableKeys.ADMISSION.name());
        }
    }

    /** The settings that {@code config} describes; the optimiser's other numbers are those of all optimisers. */
    public static TableSettings of(Config config) {
        return new TableSettings(
                UpdateRules.named(config.get(TableKeys.OPTIMISER), config),
                config.get(TableKeys.LEARNING_RATE_FACTOR),
                config.get(TableKeys.WEIGHT_DECAY),
                config.getInt(TableKeys.ADMISSION),
                new Eviction(
                        config.get(TableKeys.EVICTION_AGE),
                        config.getInt(TableKeys.EVICTION_FREQUENCY),
                        config.get(TableKeys.EVICTION_INTERVAL)));
    }

    /**
     * The most bytes that a row of {@code spec} takes on its server: 4·D for the weights, 4 for each of the optimiser's numbers,
     * 8 each for id and use, and at most 11 for the index.
     */
    public long rowBytes(TableSpec spec) {
        long floats = spec.width();
        for (TableRows.RowState state : new RowUpdates(rule, spec.width()).states()) {
            floats += state.stride();
        }
        return Float.BYTES * floats + 2 * Long.BYTES + INDEX_BYTES;
    }

    UpdateRule.Step step(long appliedSteps, double learningRate) {
        return new UpdateRule.Step(appliedSteps, learningRate * learningRateFactor, weightDecay);
    }
}
