// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearningRateTest {
    @Test
    void warmsUpLinearlyThenStaysConstant() {
        LearningRate rate = new LearningRate(0.4, LearningRate.Schedule.CONSTANT, 4, 100);
        assertThat(rate.at(1)).isEqualTo(0.1);
        assertThat(rate.at(2)).isEqualTo(0.2);
        assertThat(rate.at(4)).isEqualTo(0.4);
        assertThat(rate.at(1000)).isEqualTo(0.4);
    }

    @Test
    void cosineFallsFromTheBaseToZero() {
        LearningRate rate = new LearningRate(2, LearningRate.Schedule.COSINE, 0, 4);
        assertThat(rate.at(1)).isEqualTo(2);
        assertThat(rate.at(2)).isCloseTo(1 + Math.sqrt(0.5), within(1e-12));
        assertThat(rate.at(3)).isCloseTo(1, within(1e-12));
        assertThat(rate.at(5)).isCloseTo(0, within(1e-12));
        assertThat(rate.at(50)).isCloseTo(0, within(1e-12));
    }

    @Test
    void cosineStartsAfterTheWarmUp() {
        LearningRate rate = new LearningRate(2, LearningRate.Schedule.COSINE, 2, 6);
        assertThat(rate.at(1)).isEqualTo(1);
        assertThat(rate.at(2)).isEqualTo(2);
        assertThat(rate.at(3)).isEqualTo(2);
        assertThat(rate.at(5)).isCloseTo(1, within(1e-12));
    }

    @Test
    void configurationDescribesTheWholeOptimiser() {
        Config config = Config.parse(
                new KeyTable(OptimiserKeys.ALL),
                Map.of(
                        "howdah.optimiser.schedule", "cosine",
                        "howdah.optimiser.learning.rate", "0.5",
                        "howdah.optimiser.weight.decay", "0.25",
                        "howdah.optimiser.clip.norm", "2"));
        Optimiser optimiser = Optimiser.of(config, 10);
        assertThat(optimiser.learningRate()).isEqualTo(new LearningRate(0.5, LearningRate.Schedule.COSINE, 0, 10));
        assertThat(optimiser.rule()).isInstanceOf(AdamW.class);
        assertThat(optimiser.weightDecay()).isEqualTo(0.25);
        assertThat(optimiser.clipFactor(1)).isEqualTo(1);
        assertThat(optimiser.clipFactor(8)).isCloseTo(0.25, within(1e-6));
    }

    @Test
    void noClippingByDefault() {
        Optimiser optimiser = Optimiser.of(Config.parse(new KeyTable(OptimiserKeys.ALL), Map.of()), 10);
        assertThat(optimiser.clipFactor(1e30)).isEqualTo(1);
    }
}
