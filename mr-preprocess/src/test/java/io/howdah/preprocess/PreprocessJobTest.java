// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.hdfs.DatasetManifest;
import io.howdah.hdfs.Part;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.config.KeyTable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole job in Hadoop's local runner. */
class PreprocessJobTest {
    @TempDir
    java.nio.file.Path folder;

    private final Configuration hadoop = new Configuration();
    private final Map<String, String> settings = new HashMap<>();
    private final List<String> heard = new ArrayList<>();
    private java.nio.file.Path input;
    private java.nio.file.Path output;

    @BeforeEach
    void configure() {
        input = folder.resolve("input");
        output = folder.resolve("dataset");
        hadoop.set("mapreduce.framework.name", "local");
        // Not in the test's folder: threads of a killed local job end later than the test.
        hadoop.set("hadoop.tmp.dir", new File("target/local-runner").getAbsolutePath());
        hadoop.set("howdah.of.somebody.else", "ignored");
        settings.put("howdah.preprocess.input", input.toString());
        settings.put("howdah.preprocess.output", output.toString());
        settings.put("howdah.preprocess.heldout.fraction", "0.25");
        settings.put("howdah.preprocess.sequence.length", "32");
        settings.put("howdah.preprocess.rows.per.batch", "8");
    }

    static List<String> formats() {
        return DocumentFormat.names();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyFormatGivesTheSameDataset(String format) throws Exception {
        Map<String, String> documents = Corpus.documents(200);
        Corpus.write(format, input, documents);
        PreprocessResult result = run(Map.of("format", format));

        assertThat(result.dropped()).isEmpty();
        assertThat(result.kept()).isEqualTo(200);
        assertThat(result.heldoutDocuments()).isBetween(25L, 75L);
        List<String> train = read(Part.TRAIN);
        List<String> heldout = read(Part.HELDOUT);
        assertThat(train).hasSize((int) result.trainDocuments());
        assertThat(heldout).hasSize((int) result.heldoutDocuments());
        assertThat(Stream.concat(train.stream(), heldout.stream()))
                .containsExactlyInAnyOrderElementsOf(documents.values());
        assertThat(output.toFile().list((directory, name) -> !name.endsWith(".crc")))
                .containsExactlyInAnyOrder("_dataset.json", "train", "heldout");
    }

    @Test
    void sameBytesWhateverTheNumberOfMaps() throws Exception {
        Corpus.write("text", input, Corpus.documents(200));
        run(Map.of());
        Map<String, String> oneMap = digests();
        assertThat(maps()).isEqualTo(1);

        hadoop.setLong("mapreduce.input.fileinputformat.split.maxsize", 4000);
        assertThat(maps()).isGreaterThanOrEqualTo(3);
        deleteOutput();
        run(Map.of());
        assertThat(digests()).isEqualTo(oneMap).hasSize(5);

        deleteOutput();
        run(Map.of("seed", "1"));
        assertThat(digests()).isNotEqualTo(oneMap);
    }

    @Test
    void splitJsonLinesGiveEveryLineOnce() throws Exception {
        Map<String, String> documents = Corpus.documents(150);
        Corpus.write("jsonl", input, documents);
        hadoop.setLong("mapreduce.input.fileinputformat.split.maxsize", 3000);
        PreprocessResult result = run(Map.of("format", "jsonl"));
        assertThat(result.kept()).isEqualTo(150);
        assertThat(result.dropped()).isEmpty();
    }

    @Test
    void everyDroppedDocumentIsCountedByItsReason() throws Exception {
        Map<String, String> documents = new TreeMap<>(Corpus.documents(20));
        documents.put("copy-1.txt", "document 3 – xxx.\nend of it\n");
        documents.put("copy-2.txt", "document 3 – xxx. \r\nend of it");
        documents.put("short.txt", "short");
        documents.put("separator.txt", "a document with \0 in it");
        documents.put("skipped.bin", "a document that is not asked for");
        documents.put("long.txt", "long ".repeat(100));
        Corpus.writeText(input, documents);
        Files.write(input.resolve("latin.txt"), new byte[] {'n', 'o', (byte) 0xe9, 'l'});

        PreprocessResult result = run(Map.of("include", "**/*.txt", "max.document.bytes", "400"));
        assertThat(result.kept()).isEqualTo(20);
        assertThat(result.dropped())
                .isEqualTo(Map.of(
                        DropReason.DUPLICATE, 2L,
                        DropReason.TOO_SHORT, 1L,
                        DropReason.HOLDS_SEPARATOR, 1L,
                        DropReason.NOT_INCLUDED, 1L,
                        DropReason.TOO_LONG, 1L,
                        DropReason.NOT_UTF8, 1L));
        assertThat(PreprocessResult.describe(result.dropped()))
                .isEqualTo("not included=1 too long=1 not utf8=1 holds separator=1 too short=1 duplicate=2");
    }

    @Test
    void malformedLinesAreCounted() throws Exception {
        Files.createDirectories(input);
        Files.writeString(input.resolve("some.jsonl"), """
                {"text": "a document that is long enough", "id": 1}

                {"text": 5}
                {"other": "a document that is long enough"}
                not json
                [1]
                {"text": "another document that is long enough"}
                """);
        PreprocessResult result = run(Map.of("format", "jsonl", "heldout.fraction", "0"));
        assertThat(result.dropped()).isEqualTo(Map.of(DropReason.MALFORMED, 4L));
        assertThat(read(Part.TRAIN))
                .containsExactlyInAnyOrder(
                        "a document that is long enough\n", "another document that is long enough\n");
    }

    @Test
    void manifestAgreesWithTheShardsAndTheResult() throws Exception {
        Corpus.write("text", input, Corpus.documents(100));
        PreprocessResult result = run(Map.of("shards", "3"));
        FileSystem fileSystem = FileSystem.getLocal(hadoop);
        DatasetManifest manifest = DatasetManifest.read(fileSystem, new Path(output.toUri()));
        manifest.verifyLengths(fileSystem, new Path(output.toUri()));
        assertThat(manifest.part(Part.TRAIN).shards()).hasSize(3);
        assertThat(manifest.part(Part.TRAIN).rows()).isEqualTo(result.trainRows());
        assertThat(manifest.part(Part.HELDOUT).documents()).isEqualTo(result.heldoutDocuments());
        assertThat(manifest.layout().sequenceLength()).isEqualTo(32);
        assertThat(manifest.source()).isEqualTo(input.toString());
        assertThat(result.bytes()).isPositive();
        assertThat(heard.get(0)).startsWith("submitted job_local");
        assertThat(heard).last().isEqualTo("progressed 1.0 1.0");
    }

    @Test
    void failedJobLeavesNothing() throws Exception {
        Corpus.writeText(input, Corpus.documents(5));
        Files.write(input.resolve("broken.zip"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0});
        assertThatThrownBy(() -> run(Map.of("format", "zip")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot preprocess: job=job_local")
                .hasMessageContaining("FAILED");
        assertThat(output).doesNotExist();
    }

    @Test
    void inputWithoutADocumentIsRefused() throws Exception {
        Corpus.writeText(input, Corpus.documents(5));
        assertThatThrownBy(() -> run(Map.of("include", "*.java")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("kept no document for training, dropped not included=5, expected at least one");
        assertThat(output).doesNotExist();
    }

    @Test
    void missingInputIsRefusedAtOnce() {
        assertThatThrownBy(() -> run(Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("howdah.preprocess.input=file:" + input + " does not exist")
                .hasMessageNotContainingAny("\n");
        assertThat(heard).isEmpty();
    }

    @Test
    void fullOutputIsRefusedAndKept() throws Exception {
        Corpus.writeText(input, Corpus.documents(5));
        Files.createDirectories(output);
        run(Map.of());
        heard.clear();
        Map<String, String> before = digests();
        assertThatThrownBy(() -> run(Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("exists and is not empty, expected an absent or empty directory");
        assertThat(heard).isEmpty();
        assertThat(digests()).isEqualTo(before);
    }

    @Test
    void listenerThatFailsEndsTheJob() throws Exception {
        Corpus.writeText(input, Corpus.documents(5));
        JobListener failing = new JobListener() {
            @Override
            public void submitted(String job, String trackingUrl) {
                throw new IllegalStateException("listener");
            }

            @Override
            public void progressed(float maps, float reduces) {}
        };
        assertThatThrownBy(() -> PreprocessJob.run(hadoop, config(Map.of()), failing))
                .hasMessage("listener");
        assertThat(output).doesNotExist();
    }

    @Test
    void interruptedCallerLeavesNothing() throws Exception {
        Corpus.writeText(input, Corpus.documents(5));
        JobListener interrupting = new JobListener() {
            @Override
            public void submitted(String job, String trackingUrl) {
                Thread.currentThread().interrupt();
            }

            @Override
            public void progressed(float maps, float reduces) {}
        };
        assertThatThrownBy(() -> PreprocessJob.run(hadoop, config(Map.of()), interrupting))
                .isInstanceOf(InterruptedException.class);
        assertThat(output).doesNotExist();
    }

    @Test
    void unknownFormatListsTheKnownOnes() {
        assertThatThrownBy(() -> config(Map.of("format", "parquet")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("one of text, zip, jsonl");
        assertThatThrownBy(() -> DocumentFormat.named("parquet")).hasMessageContaining("[text, zip, jsonl]");
    }

    private PreprocessResult run(Map<String, String> overrides) throws IOException, InterruptedException {
        JobListener listener = new JobListener() {
            @Override
            public void submitted(String job, String trackingUrl) {
                heard.add("submitted " + job);
            }

            @Override
            public void progressed(float maps, float reduces) {
                heard.add("progressed " + maps + " " + reduces);
            }
        };
        return PreprocessJob.run(hadoop, config(overrides), listener);
    }

    private Config config(Map<String, String> overrides) {
        Map<String, String> all = new HashMap<>(settings);
        overrides.forEach((name, value) -> all.put("howdah.preprocess." + name, value));
        return Config.parse(new KeyTable(PreprocessKeys.ALL), all);
    }

    private List<String> read(Part part) throws IOException {
        return Corpus.read(FileSystem.getLocal(hadoop), new Path(output.toUri()), part);
    }

    /** Number of maps that the text input gives with the present configuration. */
    private int maps() throws IOException {
        Job job = Job.getInstance(hadoop);
        FileInputFormat.setInputDirRecursive(job, true);
        FileInputFormat.setInputPaths(job, input.toString());
        return new TextDocuments().getSplits(job).size();
    }

    /** Contents of all files of the output by name. */
    private Map<String, String> digests() throws IOException {
        Set<java.nio.file.Path> files = new TreeSet<>();
        try (Stream<java.nio.file.Path> walk = Files.walk(output)) {
            walk.filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".crc"))
                    .forEach(files::add);
        }
        Map<String, String> digests = new TreeMap<>();
        for (java.nio.file.Path file : files) {
            byte[] content = Files.readAllBytes(file);
            digests.put(
                    output.relativize(file).toString(),
                    DocumentKey.of(0, content).toString());
        }
        return digests;
    }

    private void deleteOutput() throws IOException {
        FileSystem.getLocal(hadoop).delete(new Path(output.toUri()), true);
    }
}
