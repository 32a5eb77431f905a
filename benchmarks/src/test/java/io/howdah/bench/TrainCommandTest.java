// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.train.TrainCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The benchmark trains and compares; how fast it is, no test says. */
class TrainCommandTest {
    @TempDir
    private Path folder;

    @Test
    void comparesItsFiguresWithThePeers() throws IOException {
        Path script = folder.resolve("train.sh");
        Files.writeString(script, "echo \"torch $1 $2 threads=$3 512 units/s 1000.0 ms/step\"\n");
        File json = folder.resolve("figures.json").toFile();
        int status = train("--model=mlp", "--precision=bf16", "--torch=/bin/sh", "--peer=" + script, "--json=" + json);
        assertThat(status).isZero();
        JsonNode figures = new ObjectMapper().readTree(json);
        assertThat(figures.get("peerMillisecondsPerStep").asDouble()).isEqualTo(1000);
        assertThat(figures.get("ratio").asDouble())
                .isEqualTo(1000 / figures.get("millisecondsPerStep").asDouble());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "deepfm"})
    void trains(String model) {
        assertThat(train("--model=" + model, "--precision=fp32")).isZero();
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(train("--model=vgg", "--precision=fp32")).isEqualTo(2);
        assertThat(train("--model=mlp", "--precision=fp8")).isEqualTo(2);
        assertThat(train("--model=mlp", "--precision=fp32", "--torch=/bin/sh")).isEqualTo(2);
    }

    private static int train(String... options) {
        String[] all = new String[options.length + 2];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = "--rounds=1";
        all[options.length + 1] = "--seconds=0";
        return new CommandLine(new TrainCommand()).execute(all);
    }
}
