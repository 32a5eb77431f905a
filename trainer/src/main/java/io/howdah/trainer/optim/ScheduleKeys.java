// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Key;
import java.util.Arrays;
import java.util.List;

/** Configuration keys of the learning rate's course. */
public final class ScheduleKeys {
    private static final String PREFIX = "howdah.optimiser.schedule";

    public static final Key<String> NAME = Key.choice(
            PREFIX,
            "constant",
            List.of(
                    "constant",
                    "cosine",
                    "cosine-restarts",
                    "exponential",
                    "linear",
                    "multi-step",
                    "one-cycle",
                    "plateau",
                    "polynomial",
                    "step"),
            "Course of the learning rate after the warm-up. cosine, linear, one-cycle and polynomial end with the last"
                    + " training step; plateau lowers the rate when the evaluations of howdah.evaluate.metric stop getting"
                    + " better.");

    public static final Key<Long> WARMUP_STEPS = Key.integer(
            "howdah.optimiser.warmup.steps",
            0L,
            0,
            Long.MAX_VALUE,
            "steps",
            "Steps over which the learning rate grows linearly to its highest value. The schedule's steps count from"
                    + " there.");

    public static final Key<Double> GAMMA = Key.decimal(
            PREFIX + ".gamma",
            0.1,
            0.0,
            Double.MAX_VALUE,
            "",
            "step, multi-step, plateau: factor of every change, for plateau below 1; exponential: factor of every step.");

    public static final Key<Long> INTERVAL =
            Key.integer(PREFIX + ".interval", 1000L, 1, Long.MAX_VALUE, "steps", "step: steps between two changes.");

    public static final Key<List<Long>> MILESTONES = new Key<>(
            PREFIX + ".milestones",
            "list",
            "",
            "steps in ascending order with commas between them",
            "",
            "multi-step: steps at which the rate changes.",
            ScheduleKeys::steps);

    public static final Key<Double> FLOOR = Key.decimal(
            PREFIX + ".floor",
            0.0,
            0.0,
            1.0,
            "",
            "cosine, cosine-restarts, linear, plateau: lowest rate as a share of the highest.");

    public static final Key<Long> PERIOD = Key.integer(
            PREFIX + ".period", 1000L, 1, Long.MAX_VALUE, "steps", "cosine-restarts: steps of the first cosine.");

    public static final Key<Long> PERIOD_MULTIPLIER = Key.integer(
            PREFIX + ".period.multiplier",
            1L,
            1,
            Integer.MAX_VALUE,
            "",
            "cosine-restarts: length of each cosine by that of the one before.");

    public static final Key<Double> POWER = Key.decimal(
            PREFIX + ".power", 1.0, 0.0, Double.MAX_VALUE, "", "polynomial: exponent; 1 is a straight line.");

    public static final Key<Double> RISE =
            Key.decimal(PREFIX + ".rise", 0.3, 0.0, 1.0, "", "one-cycle: share of the steps in which the rate grows.");

    public static final Key<Double> INITIAL_DIVISOR = Key.decimal(
            PREFIX + ".initial.divisor",
            25.0,
            1.0,
            Double.MAX_VALUE,
            "",
            "one-cycle: the first rate is the highest divided by this.");

    public static final Key<Double> FINAL_DIVISOR = Key.decimal(
            PREFIX + ".final.divisor",
            10000.0,
            1.0,
            Double.MAX_VALUE,
            "",
            "one-cycle: the last rate is the first divided by this.");

    public static final Key<String> ANNEAL = Key.choice(
            PREFIX + ".anneal", "cosine", List.of("cosine", "linear"), "one-cycle: form of the way up and down.");

    public static final Key<Long> PATIENCE = Key.integer(
            PREFIX + ".patience",
            10L,
            0,
            Long.MAX_VALUE,
            "evaluations",
            "plateau: evaluations in a row without an improvement that are put up with.");

    public static final Key<Double> THRESHOLD = Key.decimal(
            PREFIX + ".threshold",
            1e-4,
            0.0,
            Double.MAX_VALUE,
            "",
            "plateau: an evaluation is better than the best one only if it is so by more than this.");

    public static final Key<String> THRESHOLD_KIND = Key.choice(
            PREFIX + ".threshold.kind",
            "relative",
            List.of("absolute", "relative"),
            "plateau: whether the threshold is a share of the best evaluation or a difference.");

    public static final Key<Long> COOLDOWN = Key.integer(
            PREFIX + ".cooldown",
            0L,
            0,
            Long.MAX_VALUE,
            "evaluations",
            "plateau: evaluations after a change that are not counted as without an improvement.");

    public static final List<Key<?>> ALL = List.of(
            NAME,
            WARMUP_STEPS,
            GAMMA,
            INTERVAL,
            MILESTONES,
            FLOOR,
            PERIOD,
            PERIOD_MULTIPLIER,
            POWER,
            RISE,
            INITIAL_DIVISOR,
            FINAL_DIVISOR,
            ANNEAL,
            PATIENCE,
            THRESHOLD,
            THRESHOLD_KIND,
            COOLDOWN);

    private ScheduleKeys() {}

    private static List<Long> steps(String text) {
        List<Long> steps = text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(","))
                        .map(step -> Long.valueOf(step.trim()))
                        .toList();
        return new MultiStepSchedule(steps, 1).milestones();
    }
}
