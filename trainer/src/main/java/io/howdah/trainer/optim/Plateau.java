// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;
import java.util.Locale;
import java.util.Map;

/**
 * Lowers the learning rate when an evaluation stops improving, the state machine of PyTorch's {@code ReduceLROnPlateau}.
 * Immutable; each evaluation makes the next value, whose {@link #factor} goes into {@link LocalOptimiser#setRateFactor}.
 *
 * <p>Unlike a {@link Schedule} it depends on more than the step: a job's evaluations travel with the leading worker's step
 * report and come to every process with the step's outcome, where a {@link RateCourse} takes them.
 *
 * @param rule what counts as better and what follows when nothing is
 * @param best best value so far
 * @param bad evaluations since without a better one
 * @param cooling evaluations left in which bad ones do not count
 * @param factor factor of the learning rate
 */
public record Plateau(Rule rule, double best, long bad, long cooling, double factor) {
    /** What the threshold is measured against. */
    public enum Threshold {
        /** A share of the best value. */
        RELATIVE,
        /** The value itself. */
        ABSOLUTE
    }

    /**
     * Settings.
     *
     * @param better which values are better
     * @param gamma what the rate is multiplied by, at least 0 and below 1
     * @param patience bad evaluations in a row that are put up with, at least 0
     * @param threshold by how much a better value has to differ, at least 0
     * @param kind what the threshold is measured against
     * @param cooldown evaluations after a change in which bad ones do not count, at least 0
     * @param floor smallest factor, 0 to 1
     */
    public record Rule(
            Better better, double gamma, long patience, double threshold, Threshold kind, long cooldown, double floor) {
        public Rule {
            HyperParameters.fraction("plateau", "gamma", gamma);
            HyperParameters.atLeast(0L, "plateau", "patience", patience);
            HyperParameters.atLeast(0.0, "plateau", "threshold", threshold);
            HyperParameters.atLeast(0L, "plateau", "cooldown", cooldown);
            HyperParameters.share("plateau", "floor", floor);
        }

        /** The rule that {@code config} describes. */
        static Rule of(Config config, Better better) {
            return new Rule(
                    better,
                    config.get(ScheduleKeys.GAMMA),
                    config.get(ScheduleKeys.PATIENCE),
                    config.get(ScheduleKeys.THRESHOLD),
                    Threshold.valueOf(config.get(ScheduleKeys.THRESHOLD_KIND).toUpperCase(Locale.ROOT)),
                    config.get(ScheduleKeys.COOLDOWN),
                    config.get(ScheduleKeys.FLOOR));
        }

        private boolean improves(double value, double best) {
            double sign = better == Better.LOWER ? -1 : 1;
            double bar = kind == Threshold.RELATIVE ? best * (1 + sign * threshold) : best + sign * threshold;
            return better == Better.LOWER ? value < bar : value > bar;
        }
    }

    /** Before the first evaluation. */
    public static Plateau of(Rule rule) {
        double worst = rule.better == Better.LOWER ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        return new Plateau(rule, worst, 0, 0, 1);
    }

    /** The state after an evaluation gave {@code value}; NaN is no improvement. */
    public Plateau after(double value) {
        boolean improved = rule.improves(value, best);
        double newBest = improved ? value : best;
        long newBad = improved || cooling > 0 ? 0 : bad + 1;
        long newCooling = Math.max(0, cooling - 1);
        if (newBad > rule.patience) {
            return new Plateau(rule, newBest, 0, rule.cooldown, Math.max(rule.floor, factor * rule.gamma));
        }
        return new Plateau(rule, newBest, newBad, newCooling, factor);
    }

    /** The state as texts, for the metadata of a checkpoint. */
    public Map<String, String> state() {
        return Map.of(
                "plateau.best", Double.toHexString(best),
                "plateau.bad", Long.toString(bad),
                "plateau.cooling", Long.toString(cooling),
                "plateau.factor", Double.toHexString(factor));
    }

    /** Whether {@code state} holds what {@link #state} gives. */
    static boolean isIn(Map<String, String> state) {
        return state.containsKey("plateau.factor");
    }

    /** The state that {@link #state} gave. */
    public static Plateau restored(Rule rule, Map<String, String> state) {
        return new Plateau(
                rule,
                Double.parseDouble(text(state, "plateau.best")),
                Long.parseLong(text(state, "plateau.bad")),
                Long.parseLong(text(state, "plateau.cooling")),
                Double.parseDouble(text(state, "plateau.factor")));
    }

    private static String text(Map<String, String> state, String key) {
        String text = state.get(key);
        if (text == null) {
            throw new IllegalArgumentException("Cannot restore plateau: the state lacks " + key
                    + ", expected what state() gave; use the checkpoint of a training with a plateau");
        }
        return text;
    }
}
