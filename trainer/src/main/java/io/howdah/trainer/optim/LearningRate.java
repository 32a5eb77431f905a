// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * Learning rate over the applied steps c = 1, 2, …: base·schedule(c − 1).
 *
 * @param base η, what the schedule is a factor of; at least 0
 * @param schedule course over the steps
 */
public record LearningRate(double base, Schedule schedule) {
    public LearningRate {
        HyperParameters.atLeast(0.0, "learning rate", "base", base);
    }

    /** A rate that stays. */
    public static LearningRate constant(double base) {
        return new LearningRate(base, new ConstantSchedule());
    }

    /** Rate of the applied step {@code count}, from 1. */
    public double at(long count) {
        return base * schedule.factor(count - 1);
    }
}
