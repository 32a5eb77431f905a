// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.HdfsDataset;
import io.howdah.hdfs.Part;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.data.Batch;
import io.howdah.trainer.data.Column;
import io.howdah.trainer.data.ExampleReader;
import io.howdah.trainer.data.Position;
import io.howdah.trainer.data.ReadOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every generator in the table. */
class DatagenTest {
    private static final Configuration HADOOP = new Configuration();

    @TempDir
    java.nio.file.Path folder;

    static List<String> kinds() {
        return Generators.names();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sameSeedGivesTheSameBytesWhateverTheThreads(String kind) throws IOException {
        run(kind, "one", Map.of("threads", "1", "shards", "3"));
        run(kind, "many", Map.of("threads", "4", "shards", "3"));
        run(kind, "other", Map.of("threads", "1", "shards", "3", "seed", "1"));
        assertThat(contents("one")).hasSize(7).isEqualTo(contents("many"));
        assertThat(contents("other")).isNotEqualTo(contents("one"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void numberOfShardsKeepsTheExamplesAndTheirOrder(String kind) throws IOException {
        run(kind, "one", Map.of("shards", "1"));
        run(kind, "five", Map.of("shards", "5"));
        for (Part part : Part.values()) {
            assertThat(examples("five", part)).isEqualTo(examples("one", part));
        }
        assertThat(properties("five")).isEqualTo(properties("one"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void heldOutPartDoesNotDependOnTheTrainPart(String kind) throws IOException {
        run(kind, "small", Map.of());
        run(kind, "large", Map.of("examples", "260"));
        assertThat(examples("large", Part.HELDOUT)).isEqualTo(examples("small", Part.HELDOUT));
        assertThat(examples("small", Part.TRAIN)).isNotEqualTo(examples("small", Part.HELDOUT));
        assertThat(properties("large")).isEqualTo(properties("small"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void fewerExamplesThanShardsGiveFewerShards(String kind) throws IOException {
        DatasetManifest manifest = run(kind, "few", Map.of("shards", "40", "examples", "3"));
        assertThat(manifest.part(Part.TRAIN).shards())
                .extracting(shard -> shard.path())
                .containsExactly("train/part-00000.arrow", "train/part-00001.arrow", "train/part-00002.arrow");
        assertThat(manifest.part(Part.TRAIN).rows()).isEqualTo(3);
    }

    @Test
    void outputThatHoldsSomethingIsRefusedAndKept() throws IOException {
        Files.createDirectories(folder.resolve("full"));
        Files.writeString(folder.resolve("full/file"), "of somebody else");
        assertThatThrownBy(() -> run("ctr", "full", Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("Cannot generate: howdah.datagen.output=")
                .hasMessageContaining("exists and is not empty");
        assertThat(folder.resolve("full/file")).hasContent("of somebody else");
    }

    @Test
    void failureLeavesNothing() {
        assertThatThrownBy(() -> run("ctr", "failed", Map.of("heldout.examples", "1")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Cannot measure AUC: examples=1 all with one label")
                .hasMessageContaining("set howdah.datagen.heldout.examples to more");
        assertThat(folder.resolve("failed")).doesNotExist();
    }

    @Test
    void interruptionLeavesNothing() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> run("ctr", "interrupted", Map.of())).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(folder.resolve("interrupted")).doesNotExist();
    }

    private DatasetManifest run(String kind, String name, Map<String, String> changed) throws IOException {
        Map<String, String> settings = new HashMap<>(Map.of(
                "howdah.datagen.kind", kind,
                "howdah.datagen.output", folder.resolve(name).toString(),
                "howdah.datagen.examples", "130",
                "howdah.datagen.heldout.examples", "50",
                "howdah.datagen.rows.per.batch", "16",
                "howdah.datagen.rows.per.field", "30"));
        changed.forEach((key, value) -> settings.put("howdah.datagen." + key, value));
        return Datagen.run(HADOOP, Config.parse(new KeyTable(DatagenKeys.ALL), settings));
    }

    /** Digests would do, but contents tell where they differ. */
    private Map<String, ByteBuffer> contents(String name) throws IOException {
        java.nio.file.Path root = folder.resolve(name);
        Map<String, ByteBuffer> contents = new TreeMap<>();
        try (Stream<java.nio.file.Path> files = Files.walk(root)) {
            for (java.nio.file.Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.toString().endsWith(".crc")) {
                    contents.put(root.relativize(file).toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    private Map<String, ByteBuffer> examples(String name, Part part) throws IOException {
        try (HdfsDataset dataset =
                        HdfsDataset.open(HADOOP, new Path(folder.resolve(name).toUri()), part);
                ExampleReader reader = dataset.open(ReadOrder.sequential(), Position.START);
                Batch batch = reader.next((int) dataset.examples())) {
            Map<String, ByteBuffer> columns = new HashMap<>();
            for (Column column : dataset.columns()) {
                ByteBuffer values = batch.column(column.name()).buffer();
                columns.put(
                        column.name(),
                        ByteBuffer.allocate(values.remaining()).put(values).flip());
            }
            return columns;
        }
    }

    private Map<String, String> properties(String name) throws IOException {
        try (HdfsDataset dataset =
                HdfsDataset.open(HADOOP, new Path(folder.resolve(name).toUri()), Part.TRAIN)) {
            return dataset.properties();
        }
    }
}
