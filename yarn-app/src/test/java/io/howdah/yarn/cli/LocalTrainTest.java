// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code local} on files of this machine: preprocess once, then train and evaluate. */
class LocalTrainTest {
    private static final long SEED = 11;
    private static final List<String> WORDS = List.of("elephant", "howdah", "mahout", "river");

    @TempDir
    private static Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void preprocess() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        Path raw = Files.createDirectory(folder.resolve("raw"));
        for (int document = 0; document < 24; document++) {
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < 60; word++) {
                text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
            }
            Files.writeString(raw.resolve("document-" + document + ".txt"), text);
        }
        LocalTrainTest first = new LocalTrainTest();
        int status = first.run(
                "preprocess",
                "howdah.preprocess.input=" + raw,
                "howdah.preprocess.output=" + folder.resolve("dataset"),
                "howdah.preprocess.shards=1",
                "howdah.preprocess.heldout.fraction=0.3",
                "howdah.preprocess.rows.per.batch=16",
                "howdah.preprocess.sequence.length=32");
        assertThat(status).as(first.text()).isZero();
    }

    private int run(String command, String... settings) {
        List<String> words = new ArrayList<>(List.of("local", command));
        for (String setting : settings) {
            words.addAll(List.of("-D", setting));
        }
        return Commands.run(
                words.toArray(String[]::new),
                new Configuration(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    private int train(Path output, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "howdah.train.input=" + folder.resolve("dataset"),
                "howdah.train.output=" + output,
                "howdah.train.batch.size=4",
                "howdah.train.accumulation=2",
                "howdah.sync.logical.workers=1",
                "howdah.model.hidden=16"));
        settings.addAll(List.of(more));
        return run("train", settings.toArray(String[]::new));
    }

    @Test
    void evaluationsThatDecideTheLearningRateMustTakePlace() {
        assertThat(train(folder.resolve("refused"), "howdah.optimiser.schedule=plateau"))
                .isNotZero();
        assertThat(text())
                .contains(
                        "howdah.optimiser.schedule=plateau and howdah.evaluate.interval.steps=0, expected evaluations");
    }

    @Test
    void trainsByEpochsWithJournalsAndTheBestCheckpoint() throws IOException {
        Path output = folder.resolve("epochs");
        int status = train(
                output,
                "howdah.train.epochs=2",
                "howdah.evaluate.interval.steps=5",
                "howdah.evaluate.metric=accuracy",
                "howdah.optimiser.schedule=plateau",
                "howdah.optimiser.schedule.patience=0",
                "howdah.optimiser.schedule.threshold=1",
                "howdah.optimiser.schedule.threshold.kind=absolute",
                "howdah.optimiser.schedule.gamma=0.5",
                "howdah.checkpoint.keep.newest=1");
        assertThat(status).as(text()).isZero();
        assertThat(text())
                .contains("heldOut.natsPerToken", "heldOut.bitsPerByte", "heldOut.tokens", "unigram.bitsPerByte")
                .contains("heldOut.perplexity", "best.accuracy", "best.step")
                .contains("train  LOCAL training  step 1/");
        Path journals = output.resolve("_howdah");
        List<String> lines = Files.readAllLines(journals.resolve("steps-00000000.jsonl"));
        assertThat(lines.get(0)).startsWith("{\"step\":1,\"epoch\":0,\"loss\":").contains("\"skipped\":false");
        assertThat(lines.get(lines.size() - 1)).startsWith("{\"step\":" + lines.size() + ",\"epoch\":1,");
        assertThat(lines.get(5)).contains("\"learningRate\":0.001,");
        assertThat(lines.get(10)).contains("\"learningRate\":5.0E-4,");
        assertThat(journals.resolve("tensorboard/events.out.tfevents.steps-00000000"))
                .isNotEmptyFile();
        try (Stream<Path> sets = Files.list(output.resolve("checkpoints"))) {
            assertThat(sets.filter(set -> set.getFileName().toString().startsWith("step-")))
                    .hasSizeBetween(1, 2);
        }

        out.reset();
        status = train(output, "howdah.train.epochs=3", "howdah.train.resume=true");
        assertThat(status).as(text()).isZero();
        String resumed = String.format("steps-%08d.jsonl", lines.size());
        assertThat(Files.readAllLines(journals.resolve(resumed)).get(0))
                .startsWith("{\"step\":" + (lines.size() + 1) + ",\"epoch\":2,");
        assertThat(train(output)).isEqualTo(1);
    }

    @Test
    void refusesEpochsBesideSteps() {
        assertThat(train(folder.resolve("both"), "howdah.train.epochs=1", "howdah.train.steps=3"))
                .isEqualTo(2);
        assertThat(text())
                .contains("howdah.train.epochs=1 and howdah.train.steps=3")
                .hasLineCount(1);
    }

    @Test
    void refusesAMetricThatTheModelHasNot() {
        assertThat(train(folder.resolve("metric"), "howdah.evaluate.metric=auc"))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("howdah.evaluate.metric=auc", "perplexity")
                .startsWith("Cannot train");
    }
}
