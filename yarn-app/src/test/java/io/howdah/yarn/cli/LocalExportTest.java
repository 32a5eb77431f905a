// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a checkpoint to a folder of the Hugging Face library, and from such a folder to a training. */
class LocalExportTest {
    @TempDir
    private static Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void trainsALlama() throws IOException {
        Path raw = Files.createDirectory(folder.resolve("raw"));
        for (int document = 0; document < 20; document++) {
            Files.writeString(raw.resolve(document + ".txt"), ("an elephant with howdah " + document + " ").repeat(12));
        }
        LocalExportTest first = new LocalExportTest();
        int status = first.run(
                "preprocess",
                List.of(),
                "howdah.preprocess.input=" + raw,
                "howdah.preprocess.output=" + folder.resolve("dataset"),
                "howdah.preprocess.shards=1",
                "howdah.preprocess.heldout.fraction=0.3",
                "howdah.preprocess.rows.per.batch=16",
                "howdah.preprocess.sequence.length=32");
        assertThat(status).as(first.text()).isZero();
        status = first.train(
                "first",
                "howdah.train.steps=3",
                "howdah.model.name=llama",
                "howdah.lm.width=16",
                "howdah.lm.layers=2",
                "howdah.lm.heads=4",
                "howdah.lm.key.heads=2",
                "howdah.lm.context=32");
        assertThat(status).as(first.text()).isZero();
    }

    private int run(String command, List<String> options, String... settings) {
        List<String> words = new ArrayList<>(List.of("local", command));
        for (String setting : settings) {
            words.addAll(List.of("-D", setting));
        }
        words.addAll(options);
        return Commands.run(
                words.toArray(String[]::new),
                new Configuration(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    private int train(String output, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "howdah.train.input=" + folder.resolve("dataset"),
                "howdah.train.output=" + folder.resolve(output),
                "howdah.train.batch.size=4",
                "howdah.sync.logical.workers=1"));
        settings.addAll(List.of(more));
        return run("train", List.of(), settings.toArray(String[]::new));
    }

    private int export(String from, String to, String... options) {
        List<String> words = new ArrayList<>(List.of("--to", folder.resolve(to).toString()));
        words.addAll(List.of(options));
        return run("export", words, "howdah.train.output=" + folder.resolve(from));
    }

    /** The value behind the last line that begins so. */
    private String shown(String name) {
        return text().lines()
                .filter(line -> line.startsWith(name + " "))
                .reduce((first, second) -> second)
                .orElseThrow()
                .substring(name.length())
                .strip();
    }

    @Test
    void anExportedModelTrainsOnAndIsExportedAgain() throws IOException {
        assertThat(export("first", "exported")).as(text()).isZero();
        assertThat(text()).contains("llama in float32", "step-00000003");
        Path exported = folder.resolve("exported");
        try (var files = Files.list(exported)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.json",
                            "generation_config.json",
                            "model.safetensors",
                            "tokenizer.json",
                            "tokenizer_config.json");
        }
        JsonNode config =
                new ObjectMapper().readTree(exported.resolve("config.json").toFile());
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("LlamaForCausalLM");
        assertThat(config.path("num_key_value_heads").asInt()).isEqualTo(2);
        assertThat(config.path("vocab_size").asInt()).isEqualTo(256);

        // A learning rate so small that nothing changes: the weights are those of the first training.
        Files.writeString(exported.resolve("tokenizer.json"), "{}");
        assertThat(evaluate("first")).as(text()).isZero();
        double loss = Double.parseDouble(shown("heldOut.natsPerToken"));
        int status = train(
                "second",
                "howdah.train.steps=1",
                "howdah.optimiser.learning.rate=1e-30",
                "howdah.lm.dropout=0.1",
                "howdah.model.pretrained=" + exported);
        assertThat(status).as(text()).isZero();
        assertThat(Double.parseDouble(shown("heldOut.natsPerToken"))).isEqualTo(loss);

        assertThat(export("second", "again", "--dtype", "bfloat16")).as(text()).isZero();
        assertThat(folder.resolve("again/tokenizer.json")).hasContent("{}");
        assertThat(Files.size(folder.resolve("again/model.safetensors")))
                .isLessThan(Files.size(exported.resolve("model.safetensors")) * 6 / 10);

        // The manifest tells the sizes: evaluation does not need the folder.
        Files.move(exported, folder.resolve("moved"));
        assertThat(evaluate("second")).as(text()).isZero();
        assertThat(Double.parseDouble(shown("heldOut.natsPerToken"))).isEqualTo(loss);
        Files.move(folder.resolve("moved"), exported);
    }

    private int evaluate(String output) {
        return run(
                "evaluate",
                List.of(),
                "howdah.train.input=" + folder.resolve("dataset"),
                "howdah.train.output=" + folder.resolve(output));
    }

    @Test
    void refusesAnExistingFolderAndAnUnknownDtype() throws IOException {
        Files.createDirectory(folder.resolve("existing"));
        assertThat(export("first", "existing")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("existing exists, expected a new folder")
                .hasLineCount(1);
        assertThat(folder.resolve("existing")).isEmptyDirectory();
        err.reset();
        assertThat(export("first", "typed", "--dtype", "float8")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("name=float8, expected one of");
        err.reset();
        assertThat(export("nothing", "none")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Cannot export: no checkpoint under");
        err.reset();
        assertThat(run("export", List.of(), "howdah.train.output=" + folder.resolve("first")))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).toLowerCase(Locale.ROOT))
                .contains("--to");
    }

    @Test
    void tellsEverySettingThatContradictsThePretrainedModel() {
        assertThat(export("first", "contradicted")).as(text()).isZero();
        int status = train(
                "third",
                "howdah.lm.width=32",
                "howdah.lm.layers=3",
                "howdah.lm.norm.epsilon=0.00001",
                "howdah.model.name=gpt2",
                "howdah.model.pretrained=" + folder.resolve("contradicted"));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "howdah.lm.width=32, expected 16",
                        "howdah.lm.layers=3",
                        "howdah.model.name=gpt2, expected llama")
                .hasLineCount(3);
        err.reset();
        assertThat(train("third", "howdah.model.pretrained=" + folder.resolve("nowhere")))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("nowhere is missing");
    }
}
