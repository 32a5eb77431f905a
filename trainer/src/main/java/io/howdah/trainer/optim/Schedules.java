// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** The table of schedules by name. */
public final class Schedules {
    /** The one that evaluations decide; over the steps it is constant. */
    static final String PLATEAU = "plateau";

    /** Makes a schedule of {@code length} steps with its numbers from the configuration. */
    @FunctionalInterface
    private interface Maker {
        Schedule make(Config config, long length);
    }

    private static final SortedMap<String, Maker> BY_NAME = new TreeMap<>();

    static {
        BY_NAME.put("constant", (config, length) -> new ConstantSchedule());
        BY_NAME.put("cosine", (config, length) -> new CosineSchedule(length, config.get(ScheduleKeys.FLOOR)));
        BY_NAME.put(
                "cosine-restarts",
                (config, length) -> new CosineRestartsSchedule(
                        config.get(ScheduleKeys.PERIOD),
                        config.get(ScheduleKeys.PERIOD_MULTIPLIER),
                        config.get(ScheduleKeys.FLOOR)));
        BY_NAME.put("exponential", (config, length) -> new ExponentialSchedule(config.get(ScheduleKeys.GAMMA)));
        BY_NAME.put("linear", (config, length) -> new LinearSchedule(1, config.get(ScheduleKeys.FLOOR), length));
        BY_NAME.put(
                "multi-step",
                (config, length) ->
                        new MultiStepSchedule(config.get(ScheduleKeys.MILESTONES), config.get(ScheduleKeys.GAMMA)));
        BY_NAME.put(
                "one-cycle",
                (config, length) -> new OneCycleSchedule(
                        Math.max(2, length),
                        config.get(ScheduleKeys.RISE),
                        config.get(ScheduleKeys.INITIAL_DIVISOR),
                        config.get(ScheduleKeys.FINAL_DIVISOR),
                        OneCycleSchedule.Anneal.valueOf(
                                config.get(ScheduleKeys.ANNEAL).toUpperCase(Locale.ROOT))));
        BY_NAME.put(PLATEAU, (config, length) -> new ConstantSchedule());
        BY_NAME.put("polynomial", (config, length) -> new PolynomialSchedule(length, config.get(ScheduleKeys.POWER)));
        BY_NAME.put(
                "step",
                (config, length) ->
                        new StepSchedule(config.get(ScheduleKeys.INTERVAL), config.get(ScheduleKeys.GAMMA)));
    }

    private Schedules() {}

    /** Names of all schedules in alphabetical order. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * The schedule that {@code config} names, after its warm-up.
     *
     * @param totalSteps steps of the whole training, the warm-up included
     */
    public static Schedule of(Config config, long totalSteps) {
        long warmup = config.get(ScheduleKeys.WARMUP_STEPS);
        long length = Math.max(1, totalSteps - warmup);
        Schedule schedule = named(config.get(ScheduleKeys.NAME), config, length);
        return warmup == 0
                ? schedule
                : new SequentialSchedule(List.of(LinearSchedule.warmup(warmup), schedule), List.of(warmup));
    }

    /**
     * The schedule {@code name} with its numbers from {@code config}.
     *
     * @param length steps from its beginning to the end of training, at least 1
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static Schedule named(String name, Config config, long length) {
        Maker maker = BY_NAME.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("Cannot choose schedule: name=" + name + ", expected one of "
                    + String.join(", ", names()) + "; correct the name");
        }
        return maker.make(config, length);
    }
}
