// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A learning rate and what evaluations have made of it so far. A pure function of the evaluations in their order, so that
 * all servers and workers, who learn of them with the outcomes of steps, come to one rate without talking.
 */
public final class RateCourse {
    private final LearningRate rate;
    private @Nullable Plateau plateau;

    /** The course before the first evaluation. */
    public RateCourse(LearningRate rate) {
        this.rate = rate;
        Plateau.Rule rule = rate.plateau();
        this.plateau = rule == null ? null : Plateau.of(rule);
    }

    /** Takes what the outcome of a step says of an evaluation; NaN where there was none. */
    public void take(double evaluation) {
        if (plateau != null && !Double.isNaN(evaluation)) {
            plateau = plateau.after(evaluation);
        }
    }

    /** Rate of the applied step {@code count}, from 1. */
    public double at(long count) {
        return rate.at(count) * (plateau == null ? 1 : plateau.factor());
    }

    /** What a checkpoint has to hold, as texts; empty where evaluations change nothing. */
    public Map<String, String> state() {
        return plateau == null ? Map.of() : plateau.state();
    }

    /**
     * Goes on from what {@link #state} gave. A checkpoint of a training without a plateau has no such state; then the course
     * begins here.
     */
    public void restore(Map<String, String> state) {
        if (plateau != null && Plateau.isIn(state)) {
            plateau = Plateau.restored(plateau.rule(), state);
        }
    }
}
