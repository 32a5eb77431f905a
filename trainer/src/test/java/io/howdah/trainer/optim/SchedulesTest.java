// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What PyTorch has no values for; the rest is in {@code OptimiserGoldenTest}. */
class SchedulesTest {
    private static Config config(String... settings) {
        Map<String, String> values = new java.util.HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put("howdah.optimiser." + settings[i], settings[i + 1]);
        }
        return Config.parse(new KeyTable(OptimiserKeys.ALL), values);
    }

    private static LearningRate rate(double base, long total, String... settings) {
        return new LearningRate(base, Schedules.of(config(settings), total));
    }

    @Test
    void warmsUpLinearlyThenStaysConstant() {
        LearningRate rate = rate(0.4, 100, "warmup.steps", "4");
        assertThat(rate.at(1)).isEqualTo(0.1);
        assertThat(rate.at(2)).isEqualTo(0.2);
        assertThat(rate.at(4)).isEqualTo(0.4);
        assertThat(rate.at(1000)).isEqualTo(0.4);
        assertThat(rate(0.4, 100, "warmup.steps", "1").at(1)).isEqualTo(0.4);
    }

    @Test
    void cosineStartsAfterTheWarmUpAndStaysAtItsFloor() {
        LearningRate rate = rate(2, 6, "warmup.steps", "2", "schedule", "cosine");
        assertThat(rate.at(1)).isEqualTo(1);
        assertThat(rate.at(2)).isEqualTo(2);
        assertThat(rate.at(3)).isEqualTo(2);
        assertThat(rate.at(5)).isCloseTo(1, within(1e-12));
        assertThat(rate.at(7)).isCloseTo(0, within(1e-12));
        assertThat(rate.at(70)).isCloseTo(0, within(1e-12));
    }

    @Test
    void everyScheduleOfTheTableIsFiniteForever() {
        assertThat(ScheduleKeys.NAME.range()).isEqualTo("one of " + String.join(", ", Schedules.names()));
        for (String name : Schedules.names()) {
            for (long total : new long[] {1, 2, 10}) {
                Schedule schedule = Schedules.of(config("schedule", name, "warmup.steps", "1"), total);
                for (long step : new long[] {0, 1, 2, 9, 10, 11, 1_000_000, Long.MAX_VALUE}) {
                    assertThat(schedule.factor(step))
                            .as("%s of %d at %d", name, total, step)
                            .isBetween(0.0, 1.0);
                }
            }
        }
        assertThatThrownBy(() -> Schedules.named("plain", config(), 5)).hasMessageContaining("cosine-restarts");
    }

    @Test
    void schedulesAreValues() {
        assertThat(Schedules.of(config("schedule", "multi-step", "schedule.milestones", "1, 5"), 9))
                .isEqualTo(new MultiStepSchedule(List.of(1L, 5L), 0.1));
        assertThat(Schedules.of(config("schedule", "cosine", "warmup.steps", "3"), 9))
                .isEqualTo(new SequentialSchedule(
                        List.of(LinearSchedule.warmup(3), new CosineSchedule(6, 0)), List.of(3L)));
    }

    @Test
    void badNumbersAreNamed() {
        assertThatThrownBy(() -> config("schedule.milestones", "5,3"))
                .hasMessageContaining(
                        "howdah.optimiser.schedule.milestones=5,3, expected list, steps in ascending order");
        assertThatThrownBy(() -> config("schedule.milestones", "a")).hasMessageContaining("milestones=a");
        assertThatThrownBy(() -> new StepSchedule(0, 0.1)).hasMessageContaining("interval=0, expected at least 1");
        assertThatThrownBy(() -> new CosineSchedule(4, 2)).hasMessageContaining("floor=2.0");
        assertThatThrownBy(() -> new OneCycleSchedule(1, 0.3, 25, 1e4, OneCycleSchedule.Anneal.LINEAR))
                .hasMessageContaining("totalSteps=1");
        assertThatThrownBy(() -> new SequentialSchedule(List.of(new ConstantSchedule()), List.of(3L)))
                .hasMessageContaining("milestones=[3], expected 0 steps");
        assertThatThrownBy(() -> new Plateau.Rule(Better.LOWER, 1, 1, 0, Plateau.Threshold.ABSOLUTE, 0, 0))
                .hasMessageContaining("gamma=1.0");
        assertThatThrownBy(() -> Plateau.restored(
                        new Plateau.Rule(Better.LOWER, 0.5, 1, 0, Plateau.Threshold.ABSOLUTE, 0, 0), Map.of()))
                .hasMessageContaining("lacks plateau.best");
    }

    @Test
    void configurationDescribesTheWholeOptimiser() {
        Config config = config(
                "name", "lamb", "learning.rate", "0.5", "weight.decay", "0.25", "clip.norm", "2", "clip.value", "0.75");
        Optimiser optimiser = Optimiser.of(config, 10, Better.LOWER);
        assertThat(optimiser.learningRate()).isEqualTo(LearningRate.constant(0.5));
        assertThat(optimiser.rule()).isInstanceOf(Lamb.class);
        assertThat(optimiser.weightDecay()).isEqualTo(0.25);
        assertThat(optimiser.clipFactor(1)).isEqualTo(1);
        assertThat(optimiser.clipFactor(8)).isCloseTo(0.25, within(1e-6));
        float[] gradient = {1, -2, 3};
        optimiser.clip(gradient, 0.5f);
        assertThat(gradient).containsExactly(0.5f, -0.75f, 0.75f);
    }

    @Test
    void evaluationsLowerTheRateOfAPlateauAfterItsWarmUp() {
        Config config = config(
                "schedule",
                "plateau",
                "warmup.steps",
                "2",
                "learning.rate",
                "0.5",
                "schedule.gamma",
                "0.5",
                "schedule.patience",
                "1",
                "schedule.threshold",
                "0.25",
                "schedule.threshold.kind",
                "absolute",
                "schedule.cooldown",
                "3",
                "schedule.floor",
                "0.125");
        LearningRate rate = LearningRate.of(config, 10, Better.HIGHER);
        assertThat(rate.plateau())
                .isEqualTo(new Plateau.Rule(Better.HIGHER, 0.5, 1, 0.25, Plateau.Threshold.ABSOLUTE, 3, 0.125));
        RateCourse course = new RateCourse(rate);
        for (double evaluation : new double[] {0.5, 0.7, Double.NaN, Double.NaN}) {
            course.take(evaluation);
        }
        assertThat(course.at(1)).isEqualTo(0.25);
        assertThat(course.at(2)).isEqualTo(0.5);
        course.take(0.75);
        assertThat(course.at(1)).isEqualTo(0.125);
        assertThat(course.at(2)).isEqualTo(0.25);
        RateCourse resumed = new RateCourse(rate);
        resumed.restore(course.state());
        assertThat(resumed.at(9)).isEqualTo(0.25);
        assertThat(resumed.state()).isEqualTo(course.state());
    }

    @Test
    void evaluationsLeaveOtherSchedulesAlone() {
        RateCourse course = new RateCourse(LearningRate.of(config("learning.rate", "0.5"), 10, Better.LOWER));
        RateCourse plateau = new RateCourse(
                LearningRate.of(config("schedule", "plateau", "schedule.patience", "0"), 10, Better.LOWER));
        for (double evaluation : new double[] {1, 2, 3}) {
            course.take(evaluation);
            plateau.take(evaluation);
        }
        assertThat(course.at(1)).isEqualTo(0.5);
        assertThat(course.state()).isEmpty();
        course.restore(plateau.state());
        assertThat(course.at(1)).isEqualTo(0.5);
        Map<String, String> before = plateau.state();
        plateau.restore(Map.of());
        assertThat(plateau.state()).isEqualTo(before);
    }

    @Test
    void noClippingByDefault() {
        Optimiser optimiser = Optimiser.of(config(), 10, Better.LOWER);
        assertThat(optimiser.clipFactor(1e30)).isEqualTo(1);
        float[] gradient = {1e30f};
        optimiser.clip(gradient, 1);
        assertThat(gradient).containsExactly(1e30f);
        assertThat(optimiser.rule()).isInstanceOf(AdamW.class);
    }
}
