// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.scaling.SimulateCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SimulateCommandTest {
    @TempDir
    private Path folder;

    @Test
    void printsALineForEachNumberOfWorkers() throws IOException {
        File json = folder.resolve("figures.json").toFile();
        int status = new CommandLine(new SimulateCommand())
                .execute("--workers=1,8", "--servers=2", "--parameters=1e7", "--dtype=fp32", "--json=" + json);
        assertThat(status).isZero();
        JsonNode figures = new ObjectMapper().readTree(json);
        assertThat(figures).hasSize(2);
        JsonNode eight = figures.get(1);
        assertThat(eight.get("servers").asInt()).isEqualTo(2);
        assertThat(eight.get("formula").asDouble()).isEqualTo(2 * 4 * 4e7 / 3.1e9);
        assertThat(eight.get("seconds").asDouble())
                .isCloseTo(eight.get("formula").asDouble(), Percentage.withPercentage(5));
    }

    @Test
    void asManyServersAsWorkers() throws IOException {
        File json = folder.resolve("figures.json").toFile();
        assertThat(new CommandLine(new SimulateCommand())
                        .execute("--workers=4", "--servers=0", "--parameters=1e6", "--json=" + json))
                .isZero();
        assertThat(new ObjectMapper().readTree(json).get(0).get("servers").asInt())
                .isEqualTo(4);
    }

    @Test
    void impossibleNumbersAreRefused() {
        assertThat(new CommandLine(new SimulateCommand()).execute("--workers=0"))
                .isEqualTo(2);
        assertThat(new CommandLine(new SimulateCommand()).execute("--dtype=int8"))
                .isEqualTo(2);
    }
}
