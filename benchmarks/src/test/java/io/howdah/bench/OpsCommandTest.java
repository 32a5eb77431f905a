// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.ops.OpsCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark runs and compares; how fast it is, no test says. */
class OpsCommandTest {
    @TempDir
    private Path folder;

    @Test
    void comparesItsFiguresWithThePeersTable() throws IOException {
        Path script = folder.resolve("table.sh");
        Files.writeString(
                script,
                "printf 'torch %-22s %-26s %-9s %10.1f us %9.1f %s\\n' 'tiny add, recorded' 16x16 float32 1000 0.1 GB/s\n");
        File json = folder.resolve("figures.json").toFile();
        int status = new CommandLine(new OpsCommand())
                .execute(
                        "--only=tiny add",
                        "--seconds=0.01",
                        "--rounds=1",
                        "--torch=/bin/sh",
                        "--peer=" + script,
                        "--json=" + json);
        assertThat(status).isZero();
        JsonNode figure = new ObjectMapper().readTree(json).get(0);
        assertThat(figure.get("op").asText()).isEqualTo("tiny add, recorded");
        assertThat(figure.get("peer_us").asDouble()).isEqualTo(1000);
        assertThat(figure.get("ratio").asDouble())
                .isEqualTo(1000 / figure.get("us").asDouble());
    }

    @Test
    void everyOperationOfTheTableRuns() {
        assertThat(new CommandLine(new OpsCommand()).execute("--seconds=0")).isZero();
    }

    @Test
    void aPeerNeedsBothItsParts() {
        assertThat(new CommandLine(new OpsCommand()).execute("--torch=/bin/sh")).isEqualTo(2);
    }

    @Test
    void takesTheMiddleOfItsTimes() {
        assertThat(Measurement.median(new double[] {3, 1, 2})).isEqualTo(2);
        assertThat(Measurement.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
    }
}
