// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.decode.Drafters;
import io.howdah.yarn.generate.SpeculationComparison;
import io.howdah.yarn.generate.WriterFixture;
import io.howdah.yarn.generate.WriterFixture.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a checkpoint and prompts to texts, and from texts to a training. */
class LocalGenerateTest {
    @TempDir
    private static Path folder;

    private static WriterFixture writer;

    @BeforeAll
    static void trains() throws IOException {
        writer = WriterFixture.train(folder);
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static List<JsonNode> lines(String output) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : writer.texts(output).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    @Test
    void oneTextIsWrittenBothWaysInTurns() throws Exception {
        String prompts = "howdah.generate.input=" + writer.prompts("first.jsonl", 2);
        Outcome outcome = writer.generate("first", prompts);
        assertThat(outcome.status()).as(outcome.text()).isZero();
        Configuration job = new Configuration();
        String[] drafting = {prompts, "howdah.decode.drafter=mtp", "howdah.decode.draft.length=2"};
        for (String setting : writer.with("none", drafting)) {
            String[] parts = setting.split("=", 2);
            job.set(parts[0], parts[1]);
        }
        SpeculationComparison written = SpeculationComparison.write(job, 1);
        JsonNode line = lines("first").get(1);
        assertThat(written.prompt()).isEqualTo(line.path("prompt").asText());
        assertThat(written.plain().text())
                .isEqualTo(line.path("samples").path(0).path("text").asText());
        assertThat(written.drafted().tokens())
                .isEqualTo(written.plain().tokens())
                .hasSize(line.path("samples").path(0).path("tokens").size());
        assertThat(written.plain().statistics().nodes()).isZero();
        assertThat(written.drafted().statistics().nodes()).isPositive();
        assertThat(written.speedUp()).isPositive();
        assertThatThrownBy(() -> SpeculationComparison.write(job, 2))
                .hasMessageContaining("number=2", "expected less than 2");
        job.set("howdah.generate.model", folder.resolve("nothing").toString());
        assertThatThrownBy(() -> SpeculationComparison.write(job, 1)).hasMessageContaining("Cannot find model");
    }

    @Test
    void allDraftersWriteTheSameBytesInTheOrderOfThePrompts() throws IOException {
        Path prompts = writer.prompts("prompts.jsonl", 11);
        String[] common = {
            "howdah.generate.input=" + prompts,
            "howdah.generate.draft.model=" + writer.model(),
            "howdah.decode.temperature=0.9",
            "howdah.decode.samples=2",
            "howdah.decode.seed=7",
            "howdah.decode.logprobs=true"
        };
        Outcome plain = writer.generate("plain", common);
        assertThat(plain.status()).as(plain.text()).isZero();
        assertLines(lines("plain"));
        assertThat(json(folder.resolve("plain/_statistics.json")).has("comparison"))
                .isFalse();
        Path calibration = calibrate();
        for (Drafters.Row row : Drafters.ALL) {
            if (row.name().startsWith("medusa")) {
                continue; // the model has other heads
            }
            List<String> settings = new ArrayList<>(List.of(common));
            settings.add("howdah.generate.calibration=" + calibration);
            settings.add("howdah.decode.draft.nodes=4");
            settings.add("howdah.decode.drafter=" + row.name());
            settings.add("howdah.decode.draft.length=3");
            Outcome outcome = writer.generate("with-" + row.name(), settings.toArray(String[]::new));
            assertThat(outcome.status()).as(outcome.text()).isZero();
            assertThat(outcome.out()).contains("speed-up over plain", "mean accepted length", "accepted at 1");
            assertThat(writer.texts("with-" + row.name())).as(row.name()).isEqualTo(writer.texts("plain"));
            JsonNode figures = json(folder.resolve("with-" + row.name() + "/_statistics.json"));
            assertThat(figures.path("statistics").path("sequences").asLong()).isEqualTo(22);
            assertThat(figures.path("statistics").path("nodes").asLong()).isPositive();
            assertThat(figures.path("comparison").path("different").asLong(-1)).isZero();
            assertThat(figures.path("comparison").path("plain").path("written").asLong())
                    .isPositive()
                    .isEqualTo(figures.path("comparison")
                            .path("drafted")
                            .path("written")
                            .asLong());
        }
    }

    private static void assertLines(List<JsonNode> lines) {
        assertThat(lines).hasSize(11);
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            assertThat(line.path("id").asText()).isEqualTo("p" + i);
            assertThat(line.path("prompt").asText()).endsWith("howdah " + i);
            assertThat(line.path("samples")).hasSize(2);
            JsonNode sample = line.path("samples").path(1);
            assertThat(sample.path("tokens").size()).isBetween(1, 6 + i * 7 % 23);
            assertThat(sample.path("logprobs")).hasSameSizeAs(sample.path("tokens"));
            assertThat(sample.path("finish").asText()).isIn("maximum", "end_token");
        }
    }

    private static Path calibrate() throws IOException {
        Path calibration = folder.resolve("calibration.json");
        Outcome calibrated = writer.succeed(
                "calibrate",
                "howdah.generate.model=" + writer.model(),
                "howdah.generate.input=" + writer.dataset(),
                "howdah.generate.tasks=2",
                "howdah.calibrate.ranks=3",
                "howdah.calibrate.output=" + calibration);
        assertThat(calibrated.out()).contains("head 2, by rank");
        assertThat(json(calibration).path("hits")).hasSize(2);
        return calibration;
    }

    @Test
    void tasksAndBatchesDoNotMatter() throws IOException {
        Path prompts = writer.prompts("many.jsonl", 9);
        Outcome one = writer.generate("one", "howdah.generate.input=" + prompts, "howdah.decode.temperature=1");
        assertThat(one.status()).as(one.text()).isZero();
        Outcome three = writer.generate(
                "three",
                "howdah.generate.input=" + prompts,
                "howdah.decode.temperature=1",
                "howdah.generate.tasks=3",
                "howdah.decode.batch.size=2",
                "howdah.decode.drafter=ngram");
        assertThat(three.status()).as(three.text()).isZero();
        assertThat(folder.resolve("three/part-00002.jsonl")).exists();
        assertThat(folder.resolve("three/_SUCCESS")).exists();
        assertThat(writer.texts("three")).isEqualTo(writer.texts("one"));
    }

    @Test
    void continuesLinesOfTextUpToAStopString() throws IOException {
        Path file = Files.writeString(folder.resolve("lines.txt"), "an elephant\r\n\nwith howdah\n");
        Path json = folder.resolve("figures.json");
        Outcome outcome = writer.run(
                List.of("local", "generate"),
                List.of("--json", json.toString()),
                writer.with(
                        "stopped",
                        "howdah.generate.input=" + file,
                        "howdah.generate.format=text",
                        "howdah.decode.stop=[\" \", \"\\n\"]"));
        assertThat(outcome.status()).as(outcome.text()).isZero();
        List<JsonNode> lines = lines("stopped");
        assertThat(lines).extracting(line -> line.path("id").asText()).containsExactly("lines.txt:1", "lines.txt:3");
        assertThat(lines.get(0).path("prompt").asText()).isEqualTo("an elephant");
        assertThat(lines).allSatisfy(line -> {
            JsonNode sample = line.path("samples").path(0);
            assertThat(sample.path("text").asText()).doesNotContain(" ");
            assertThat(sample.path("finish").asText()).isIn("stop_string", "maximum", "end_token");
        });
        assertThat(json(json).path("prompts").asLong()).isEqualTo(2);
    }

    @Test
    void refusesOrSkipsWhatIsNoPrompt() throws IOException {
        Path file = Files.writeString(
                folder.resolve("bad.jsonl"),
                "{\"prompt\":\"an\"}\n{\"prompt\":7}\nnothing\n{\"prompt\":\"" + "long ".repeat(60) + "\"}\n");
        Outcome refused = writer.generate("refused", "howdah.generate.input=" + file);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("Cannot read prompt: place=bad.jsonl:2 prompt=7")
                .hasLineCount(1);
        assertThat(folder.resolve("refused")).doesNotExist();
        Path tooMuch = Files.writeString(folder.resolve("long.jsonl"), "{\"prompt\":\"" + "long ".repeat(60) + "\"}\n");
        Outcome tooLong = writer.generate("refused", "howdah.generate.input=" + tooMuch);
        assertThat(tooLong.status()).isEqualTo(1);
        assertThat(tooLong.err())
                .startsWith("Cannot write behind prompt: place=long.jsonl:1 error=")
                .contains("the context 160")
                .hasLineCount(1);
        Outcome skipped = writer.generate("skipped", "howdah.generate.input=" + file, "howdah.generate.malformed=skip");
        assertThat(skipped.status()).as(skipped.text()).isZero();
        assertThat(skipped.out()).contains("malformed=2 too long=1");
        assertThat(lines("skipped")).hasSize(1);
        Outcome occupied = writer.generate("skipped", "howdah.generate.input=" + file);
        assertThat(occupied.status()).isEqualTo(2);
        assertThat(occupied.err()).contains("exists and is not empty").hasLineCount(1);
    }

    @Test
    void namesWhatIsMissing() {
        Outcome input = writer.generate("none", "howdah.generate.input=/nowhere/prompts");
        assertThat(input.status()).isEqualTo(2);
        assertThat(input.err()).contains("/nowhere/prompts does not exist").hasLineCount(1);
        Outcome model = writer.run(
                List.of("local", "generate"),
                List.of(),
                "howdah.generate.input=/nowhere/prompts",
                "howdah.generate.output=" + folder.resolve("none"),
                "howdah.generate.model=/nowhere/model");
        assertThat(model.status()).isEqualTo(1);
        assertThat(model.err())
                .startsWith("Cannot find model: path=/nowhere/model")
                .hasLineCount(1);
        Outcome draft =
                writer.generate("none", "howdah.generate.input=" + writer.dataset(), "howdah.decode.drafter=model");
        assertThat(draft.status()).isEqualTo(2);
        assertThat(draft.err())
                .contains("howdah.generate.draft.model is not set")
                .hasLineCount(1);
    }

    @Test
    void aFolderInHuggingFacesLayoutWritesTheSameText() throws IOException {
        Outcome exported = writer.run(
                List.of("local", "export"),
                List.of("--to", folder.resolve("exported").toString()),
                "howdah.train.output=" + writer.model());
        assertThat(exported.status()).as(exported.text()).isZero();
        Path file = Files.writeString(folder.resolve("word.jsonl"), "{\"id\":3,\"prompt\":\"an elephänt with \"}\n");
        Outcome outcome = writer.generate(
                "pretrained",
                "howdah.generate.input=" + file,
                "howdah.decode.precision=fp32",
                "howdah.generate.model=" + folder.resolve("exported"));
        assertThat(outcome.status()).as(outcome.text()).isZero();
        JsonNode line = lines("pretrained").get(0);
        assertThat(line.path("id").asText()).isEqualTo("3");
        assertThat(line.path("prompt").asText()).isEqualTo("an elephänt with ");
        assertThat(line.path("samples").path(0).path("tokens").size()).isPositive();
    }

    private static Outcome distill(String output, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "howdah.generate.input=" + writer.dataset(),
                "howdah.generate.format=dataset",
                "howdah.generate.dataset.prompt.tokens=12",
                "howdah.generate.dataset.part=train",
                "howdah.generate.prompts=24",
                "howdah.decode.temperature=1",
                "howdah.preprocess.shards=1",
                "howdah.preprocess.min.document.bytes=2",
                "howdah.preprocess.heldout.fraction=0.25",
                "howdah.preprocess.rows.per.batch=16",
                "howdah.preprocess.sequence.length=32"));
        settings.addAll(List.of(more));
        return writer.run(List.of("local", "distill"), List.of(), writer.with(output, settings.toArray(String[]::new)));
    }

    /** In a folder the separator, which stands in front of every row, is a byte like any other. */
    @Test
    void distillsWithAnExportedModelAndSaysWhatWasDropped() throws IOException {
        Path exported = folder.resolve("to-distill");
        Outcome export = writer.run(
                List.of("local", "export"),
                List.of("--to", exported.toString()),
                "howdah.train.output=" + writer.model());
        assertThat(export.status()).as(export.text()).isZero();
        Outcome distilled = distill("of-exported", "howdah.generate.model=" + exported);
        assertThat(distilled.status()).as(distilled.text()).isZero();
        JsonNode train = json(folder.resolve("of-exported/_dataset.json")).path("train");
        assertThat(train.path("documents").asLong()).isGreaterThan(10);
        Outcome nothing = distill("nothing", "howdah.preprocess.min.document.bytes=1000");
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.text()).contains("kept no text for training, dropped too short=24, expected at least one");
        assertThat(folder.resolve("nothing")).doesNotExist();
    }

    @Test
    void distillsADatasetThatTrainingReads() throws IOException {
        Outcome distilled = distill("distilled");
        assertThat(distilled.status()).as(distilled.text()).isZero();
        assertThat(json(folder.resolve("distilled/_dataset.json"))
                        .path("source")
                        .asText())
                .contains("distill", "step-00000006");
        Outcome trained = writer.succeed(
                "train",
                "howdah.train.input=" + folder.resolve("distilled"),
                "howdah.train.output=" + folder.resolve("student"),
                "howdah.train.batch.size=4",
                "howdah.train.steps=1",
                "howdah.sync.logical.workers=1");
        assertThat(trained.out()).contains("step-00000001");
    }
}
