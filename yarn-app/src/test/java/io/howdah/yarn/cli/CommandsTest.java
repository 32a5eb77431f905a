// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.hdfs.HdfsDataset;
import io.howdah.hdfs.Part;
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
                .contains("name=trian", "expected one of preprocess, datagen, train, evaluate")
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

    @Test
    void datagenWritesADatasetThatTrainingCanOpen(@TempDir Path folder) throws Exception {
        Path dataset = folder.resolve("dataset");
        String[] command = {
            "local",
            "datagen",
            "ctr",
            "-D",
            "howdah.datagen.output=" + dataset,
            "-D",
            "howdah.datagen.examples=300",
            "-Dhowdah.datagen.heldout.examples=100",
            "-Dhowdah.datagen.fields=3"
        };
        assertThat(run(command)).as(errors()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("300 train, 100 held out", "best.auc", "fields");
        try (HdfsDataset heldout =
                HdfsDataset.open(new Configuration(), new org.apache.hadoop.fs.Path(dataset.toUri()), Part.HELDOUT)) {
            assertThat(heldout.examples()).isEqualTo(100);
            assertThat(heldout.properties()).containsEntry("fields", "3").containsKey("best.log.loss");
        }

        assertThat(run(command)).isEqualTo(2);
        assertThat(errors())
                .contains("howdah.datagen.output=", "exists and is not empty")
                .hasLineCount(1);
    }

    @Test
    void datagenNamesItsKinds() {
        assertThat(run("datagen", "clicks", "-D", "howdah.datagen.output=file:/nowhere"))
                .isEqualTo(2);
        assertThat(errors())
                .contains("howdah.datagen.kind=clicks", "ctr, images")
                .hasLineCount(1);
        err.reset();
        assertThat(run("datagen")).isEqualTo(2);
        assertThat(errors())
                .contains("howdah.datagen.kind is not set", "ctr, images")
                .hasLineCount(1);
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
