// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.distributed.DistributedCommand;
import io.howdah.bench.ps.PsCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Benchmarks that start processes of their own. */
class ProcessCommandsTest {
    @TempDir
    private Path folder;

    private JsonNode run(Object command, String... arguments) throws Exception {
        Path json = folder.resolve("figures.json");
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--rounds", "1", "--json", json.toString()));
        assertThat(new CommandLine(command).execute(all.toArray(new String[0]))).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    @Test
    void theTransportIsMeasuredBesideTheBaseline() throws Exception {
        JsonNode figures = run(new PsCommand(), "--seconds", "0.01");
        List<String> links = new ArrayList<>();
        for (JsonNode figure : figures) {
            if (figure.path("op").asText().equals("pull")) {
                links.add(figure.path("link").asText());
                assertThat(figure.path("gbps").asDouble()).isPositive();
                assertThat(figure.path("cpuSecondsPerGB").asDouble()).isNotNegative(); // counted in ticks
            }
        }
        assertThat(links).startsWith("baseline", "plain", "tls").hasSize(9);
        assertThat(figures.findValuesAsText("p99us")).isNotEmpty();
    }

    @Test
    void workersAndServerTrainTogether() throws Exception {
        JsonNode figures = run(new DistributedCommand(), "--model", "mlp", "--precision", "bf16", "--steps", "6");
        assertThat(figures.path("millisecondsPerStep").asDouble()).isPositive();
        assertThat(figures.path("workers").asInt()).isEqualTo(2);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        CommandLine command = new CommandLine(new DistributedCommand());
        assertThat(command.execute("--model", "mlp", "--precision", "fp8")).isEqualTo(2);
        assertThat(command.execute("--model", "mlp", "--precision", "bf16", "--workers", "3"))
                .isEqualTo(2);
    }
}
