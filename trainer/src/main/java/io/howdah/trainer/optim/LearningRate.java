// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Learning rate over the applied steps c = 1, 2, …: base·schedule(c − 1), times what evaluations have made of it where there
 * is a plateau's rule; {@link RateCourse} keeps that.
 *
 * @param base η, what the schedule is a factor of; at least 0
 * @param schedule course over the steps
 * @param plateau how evaluations lower the rate; null where they do not
 */
public record LearningRate(double base, Schedule schedule, Plateau.@Nullable Rule plateau) {
    public LearningRate {
        HyperParameters.atLeast(0.0, "learning rate", "base", base);
    }

    /** A rate that does not depend on evaluations. */
    public LearningRate(double base, Schedule schedule) {
        this(base, schedule, null);
    }

    /**
     * The rate that {@code config} describes.
     *
     * @param totalSteps steps of the whole training, with which many a schedule ends
     * @param better which evaluations are better
     */
    static LearningRate of(Config config, long totalSteps, Better better) {
        boolean plateau = config.get(ScheduleKeys.NAME).equals(Schedules.PLATEAU);
        return new LearningRate(
                config.get(OptimiserKeys.LEARNING_RATE),
                Schedules.of(config, totalSteps),
                plateau ? Plateau.Rule.of(config, better) : null);
    }

    /** A rate that stays. */
    public static LearningRate constant(double base) {
        return new LearningRate(base, new ConstantSchedule());
    }

    /** Rate of the applied step {@code count}, from 1, before what evaluations made of it. */
    public double at(long count) {
        return base * schedule.factor(count - 1);
    }
}
