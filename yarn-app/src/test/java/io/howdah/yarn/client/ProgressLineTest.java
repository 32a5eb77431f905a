// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream printer = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long nowMillis;

    @Test
    void aLogGetsALinePerChangeAndThenOneEveryFewSeconds() {
        try (ProgressLine line = new ProgressLine(printer, "train", ProgressLine.Place.LOG, () -> nowMillis)) {
            line.show(new JobProgress("ACCEPTED", "", 0, 0, Double.NaN, 0));
            line.show(new JobProgress("ACCEPTED", "", 0, 0, Double.NaN, 0));
            line.show(new JobProgress("RUNNING", "training", 10, 100, 2.5, 1000));
            nowMillis = 1_000;
            line.show(new JobProgress("RUNNING", "training", 20, 100, 2.4, 1000));
            nowMillis = 5_000;
            line.show(new JobProgress("RUNNING", "training", 60, 100, 2.25, 1234.4));
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "train  ACCEPTED",
                        "train  RUNNING training  step 10/100  loss 2.5000  1,000 samples/s",
                        "train  RUNNING training  step 60/100  loss 2.2500  1,234 samples/s  ETA 0:04");
    }

    @Test
    void aTerminalShowsStepLossAndState() {
        try (ProgressLine line = new ProgressLine(printer, "train", ProgressLine.Place.TERMINAL, () -> nowMillis)) {
            line.show(new JobProgress("ACCEPTED", "", 0, 0, Double.NaN, 0));
            line.show(new JobProgress("RUNNING", "training", 60, 100, 2.25, 1234));
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("train  ACCEPTED", "60/100", "RUNNING training", "loss 2.25")
                .doesNotContain("0/1 ");
    }
}
