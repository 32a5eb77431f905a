// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.yarn.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** A tiny llama of bytes with two heads of multi-token prediction that was trained for a moment, its dataset, and the commands that use them. */
public final class WriterFixture {
    private final Path folder;

    /** What a command gave. */
    public record Outcome(int status, String out, String err) {
        /** Both together. */
        public String text() {
            return out + err;
        }
    }

    private WriterFixture(Path folder) {
        this.folder = folder;
    }

    /** Preprocesses, trains and exports below {@code folder}. */
    public static WriterFixture train(Path folder) throws IOException {
        WriterFixture fixture = new WriterFixture(folder);
        Path raw = Files.createDirectory(folder.resolve("raw"));
        for (int document = 0; document < 20; document++) {
            Files.writeString(raw.resolve(document + ".txt"), ("an elephant with howdah " + document + " ").repeat(12));
        }
        fixture.succeed(
                "preprocess",
                "howdah.preprocess.input=" + raw,
                "howdah.preprocess.output=" + fixture.dataset(),
                "howdah.preprocess.shards=1",
                "howdah.preprocess.heldout.fraction=0.3",
                "howdah.preprocess.rows.per.batch=16",
                "howdah.preprocess.sequence.length=32");
        fixture.succeed(
                "train",
                "howdah.train.input=" + fixture.dataset(),
                "howdah.train.output=" + fixture.model(),
                "howdah.train.batch.size=8",
                "howdah.sync.logical.workers=1",
                "howdah.train.steps=6",
                "howdah.optimiser.learning.rate=0.02",
                "howdah.model.name=llama",
                "howdah.model.mtp.kind=parallel",
                "howdah.model.mtp.heads=2",
                "howdah.lm.width=16",
                "howdah.lm.layers=2",
                "howdah.lm.heads=4",
                "howdah.lm.key.heads=2",
                "howdah.lm.context=160");
        return fixture;
    }

    public Path folder() {
        return folder;
    }

    public Path dataset() {
        return folder.resolve("dataset");
    }

    public Path model() {
        return folder.resolve("model");
    }

    /** Runs a command in this process. */
    public Outcome run(List<String> command, List<String> options, String... settings) {
        List<String> words = new ArrayList<>(command);
        for (String setting : settings) {
            words.addAll(List.of("-D", setting));
        }
        words.addAll(options);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Commands.run(
                words.toArray(String[]::new),
                new Configuration(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Outcome(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs a local command that must succeed. */
    public Outcome succeed(String command, String... settings) {
        Outcome outcome = run(List.of("local", command), List.of(), settings);
        assertThat(outcome.status()).as(outcome.text()).isZero();
        return outcome;
    }

    /** Runs {@code local generate} with the model; the output folder is {@code output} below {@link #folder}. */
    public Outcome generate(String output, String... settings) {
        return run(List.of("local", "generate"), List.of(), with(output, settings));
    }

    /** Settings of {@link #generate}. */
    public String[] with(String output, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "howdah.generate.model=" + model(),
                "howdah.generate.output=" + folder.resolve(output),
                "howdah.generate.vcores=1",
                "howdah.decode.batch.size=4",
                "howdah.decode.max.tokens=24",
                "howdah.decode.cache.mb=8",
                "howdah.decode.draft.cache.mb=8"));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    /** All lines of an output, in the order of its files. */
    public String texts(String output) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve(output))) {
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .sorted()
                    .toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    /** Writes a file of JSON lines with prompts of different lengths. */
    public Path prompts(String name, int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"id\":\"p")
                    .append(i)
                    .append("\",\"prompt\":\"")
                    .append("an elephant with howdah ".repeat(1 + i % 3))
                    .append(i)
                    .append("\",\"max_tokens\":")
                    .append(6 + i * 7 % 23)
                    .append("}\n");
        }
        return Files.writeString(folder.resolve(name), lines);
    }
}
