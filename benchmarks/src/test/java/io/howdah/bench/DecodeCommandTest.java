// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.bench.decode.DecodeCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark writes texts with every drafter and compares; how fast it is, no test says. */
class DecodeCommandTest {
    @TempDir
    private Path folder;

    @Test
    void measuresEveryDrafterBesideThePeer() throws IOException {
        Path script = folder.resolve("decode.sh");
        Files.writeString(script, "echo torch decode $1 batch=$2 params=26.7M threads=2 0.5 tokens/s 1.0 ms/step\n");
        Path json = folder.resolve("figures.json");
        int status = new CommandLine(new DecodeCommand())
                .execute(
                        "--precision=bf16",
                        "--batch=2",
                        "--texts=1",
                        "--tokens=4",
                        "--rounds=1",
                        "--torch=/bin/sh",
                        "--peer=" + script,
                        "--json=" + json);
        assertThat(status).isZero();
        JsonNode figures = new ObjectMapper().readTree(json.toFile());
        assertThat(figures.findValuesAsText("drafter")).containsExactly("plain", "ngram", "early-exit");
        assertThat(figures.get(0).get("peerRatio").asDouble())
                .isEqualTo(figures.get(0).get("tokensPerSecond").asDouble() / 0.5);
        assertThat(figures.get(1).get("statistics").get("written").asLong()).isEqualTo(2 * 4 * 4L);
    }

    @Test
    void refusesOptionsThatDoNotFit() {
        assertThat(new CommandLine(new DecodeCommand()).execute("--precision=int8"))
                .isEqualTo(2);
        assertThat(new CommandLine(new DecodeCommand()).execute("--torch=/bin/sh"))
                .isEqualTo(2);
    }
}
