// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTest {
    private static final Key<Long> STEPS = Key.integer("howdah.train.steps", 600L, 1, 1000, "steps", "Length.");
    private static final Key<Double> RATE = Key.decimal("howdah.rate", 0.1, 0, Double.MAX_VALUE, "", "Rate.");
    private static final Key<Boolean> LIVE = Key.flag("howdah.live", null, "Liveness.");
    private static final Key<String> KIND = Key.choice("howdah.kind", "a", List.of("a", "b"), "Kind.");
    private static final Key<String> INPUT = Key.path("howdah.input", null, "Input.");
    private static final KeyTable TABLE = new KeyTable(List.of(STEPS, RATE, LIVE), List.of(KIND, INPUT));

    @Test
    void readsValuesAndDefaults() {
        Config config = Config.parse(TABLE, Map.of("howdah.train.steps", " 7 ", "howdah.live", "true", "other", "x"));
        assertThat(config.getInt(STEPS)).isEqualTo(7);
        assertThat(config.get(RATE)).isEqualTo(0.1);
        assertThat(config.get(LIVE)).isTrue();
        assertThat(config.get(KIND)).isEqualTo("a");
        assertThat(config.find(INPUT)).isNull();
        assertThat(config.settings()).containsOnlyKeys("howdah.train.steps", "howdah.live");
        assertThatThrownBy(() -> config.get(INPUT)).hasMessageContaining("howdah.input is not set, expected path");
    }

    @Test
    void tellsAllProblemsAtOnce() {
        Map<String, String> settings = Map.of(
                "howdah.trian.steps", "1",
                "howdah.train.steps", "1001",
                "howdah.rate", "NaN",
                "howdah.live", "yes",
                "howdah.kind", "c");
        assertThatThrownBy(() -> Config.parse(TABLE, settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "howdah.trian.steps is unknown, expected a declared key; did you mean" + " howdah.train.steps?")
                .hasMessageContaining("howdah.train.steps=1001, expected integer, 1 to 1000 (steps)")
                .hasMessageContaining("howdah.rate=NaN, expected decimal, at least 0.0;")
                .hasMessageContaining("howdah.live=yes, expected flag, true or false")
                .hasMessageContaining("howdah.kind=c, expected choice, one of a, b")
                .satisfies(failure -> assertThat(failure.getMessage().lines()).hasSize(5));
    }

    @Test
    void refusesAKeyThatIsDeclaredTwice() {
        assertThatThrownBy(() -> new KeyTable(List.of(STEPS), List.of(STEPS))).hasMessageContaining("declared twice");
    }

    @Test
    void measuresEditDistance() {
        assertThat(KeyTable.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(KeyTable.distance("", "abc")).isEqualTo(3);
        assertThat(KeyTable.distance("same", "same")).isZero();
    }
}
