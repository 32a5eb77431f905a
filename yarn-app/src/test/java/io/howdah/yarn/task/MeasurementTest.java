// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.Evaluation;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    @Test
    void aLanguageModelIsToldInNatsAndBits() {
        Map<String, Double> metrics = Map.of("loss", 1.546349117394804, "bitsPerByte", 2.23091, "unigramLoss", 3.25);
        assertThat(Measurement.of(new Evaluation(new TreeMap<>(metrics), 489_472)))
                .containsOnly(
                        Map.entry("heldOut.natsPerToken", "1.546349117394804"),
                        Map.entry("heldOut.bitsPerByte", "2.2309"),
                        Map.entry("heldOut.tokens", "489472"),
                        Map.entry("unigram.bitsPerByte", "4.6888"));
    }

    @Test
    void othersAreToldInTheirOwnMetrics() {
        assertThat(Measurement.of(new Evaluation(new TreeMap<>(Map.of("loss", 0.5, "auc", Double.NaN)), 8)))
                .containsOnly(
                        Map.entry("heldOut.loss", "0.5"),
                        Map.entry("heldOut.auc", "NaN"),
                        Map.entry("heldOut.samples", "8"));
    }
}
