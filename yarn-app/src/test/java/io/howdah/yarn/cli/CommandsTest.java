// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void anUnknownCommandNamesTheKnownOnes() {
        assertThat(run("trian")).isEqualTo(2);
        assertThat(errors())
                .contains("name=trian", "expected one of preprocess, train, evaluate")
                .hasLineCount(1);
    }

    @Test
    void noCommandShowsTheUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(errors()).contains("usage: yarn jar howdah.jar COMMAND");
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearestOne() {
        assertThat(run("train", "-D", "howdah.worker.cuont=3")).isEqualTo(2);
        assertThat(errors()).contains("howdah.worker.cuont is unknown", "did you mean howdah.worker.count?");
    }

    @Test
    void allBadValuesAreToldTogether() {
        assertThat(run("train", "-D", "howdah.worker.count=0", "-D", "howdah.server.count=many"))
                .isEqualTo(2);
        assertThat(errors())
                .contains("howdah.worker.count=0", "howdah.server.count=many")
                .hasLineCount(2);
    }

    @Test
    void aMissingInputIsOneLine() {
        assertThat(run(
                        "train",
                        "-D",
                        "howdah.train.input=file:/nowhere/data",
                        "-D",
                        "howdah.train.output=file:/nowhere/out"))
                .isEqualTo(1);
        assertThat(errors())
                .contains("file:/nowhere/data")
                .startsWith("Cannot ")
                .hasLineCount(1);
    }

    @Test
    void anUnknownOptionIsMisuse() {
        assertThat(run("train", "--dettach")).isEqualTo(2);
        assertThat(errors()).contains("--dettach").hasLineCount(1);
    }

    @Test
    void optionsOverrideTheFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("job.xml");
        Files.writeString(
                file,
                "<configuration><property><name>howdah.worker.count</name><value>0</value></property></configuration>");
        assertThat(run("train", "-conf", file.toString())).isEqualTo(2);
        assertThat(errors()).contains("howdah.worker.count=0");
        err.reset();
        run("train", "-conf", file.toString(), "-D", "howdah.worker.count=1");
        assertThat(errors()).doesNotContain("howdah.worker.count").contains("howdah.train.input");
    }

    @Test
    void versionSaysWhatRuns() {
        assertThat(run("version")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("howdah", "hadoop", "java");
    }

    private int run(String... arguments) {
        return Commands.run(
                arguments,
                new Configuration(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8).strip();
    }
}
