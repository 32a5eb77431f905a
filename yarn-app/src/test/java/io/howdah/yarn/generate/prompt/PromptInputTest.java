// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptInputTest {
    @TempDir
    private Path folder;

    private Configuration settings(String... settings) {
        Configuration hadoop = new Configuration();
        hadoop.set("howdah.generate.input", folder.toString());
        hadoop.set("howdah.generate.format", "text");
        for (String setting : settings) {
            hadoop.set(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return hadoop;
    }

    /** The prompts of all splits, which travel as a job's do. */
    private static List<Prompt> read(Configuration hadoop) throws IOException {
        List<Prompt> prompts = new ArrayList<>();
        for (PromptSplit split : PromptInput.splits(hadoop)) {
            assertThat(split.ordinal()).isGreaterThanOrEqualTo(0);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            split.write(new DataOutputStream(bytes));
            PromptSplit copy = new PromptSplit();
            copy.readFields(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
            assertThat(copy).hasToString(split.toString());
            try (PromptReader reader = new PromptReader()) {
                reader.initialize(copy, new TaskAttemptContextImpl(hadoop, new TaskAttemptID()));
                while (reader.nextKeyValue()) {
                    prompts.add(reader.getCurrentValue());
                }
                assertThat(reader.getProgress()).isEqualTo(1);
            }
        }
        return prompts;
    }

    @Test
    void everyPromptIsReadOnceInOrderWhateverTheTasksAndCompression() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 23; i++) {
            lines.append(i % 5 == 0 ? "\n" : "")
                    .append("prompt ")
                    .append(i)
                    .append(" ü".repeat(i))
                    .append("\n");
        }
        Files.createDirectory(folder.resolve("b"));
        Files.writeString(folder.resolve("b/two.txt"), "last without an end");
        Files.writeString(folder.resolve("b/_hidden"), "no prompt");
        Files.writeString(folder.resolve("a.txt"), lines);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("c.txt.gz")))) {
            out.write(lines.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        List<Prompt> one = read(settings("howdah.generate.tasks=1"));
        assertThat(one).hasSize(47);
        assertThat(one.get(0).id()).isEqualTo("a.txt:2");
        assertThat(one.get(23))
                .isEqualTo(new Prompt(
                        "b/two.txt:1",
                        "b/two.txt:1",
                        new Prompt.Text("last without an end"),
                        java.util.OptionalInt.empty(),
                        java.util.OptionalLong.empty()));
        for (int tasks = 2; tasks < 9; tasks++) {
            assertThat(read(settings("howdah.generate.tasks=" + tasks)))
                    .as("tasks=%d", tasks)
                    .isEqualTo(one);
        }
        assertThat(read(settings("howdah.generate.tasks=2", "howdah.generate.prompts=25")))
                .isEqualTo(one.subList(0, 25));
    }

    @Test
    void namesFileAndLineOfWhatIsNoPrompt() throws IOException {
        Files.writeString(
                folder.resolve("x.jsonl"), "{\"prompt\":\"good\",\"seed\":-3,\"max_tokens\":5}\n\n{\"prompt\":}\n");
        String[] json = {"howdah.generate.format=jsonl"};
        assertThatThrownBy(() -> read(settings(json)))
                .isInstanceOf(MalformedPromptException.class)
                .hasMessageStartingWith("Cannot read prompt: place=x.jsonl:3 error=")
                .hasMessageContaining("howdah.generate.malformed=skip");
        List<Prompt> kept = read(settings(json[0], "howdah.generate.malformed=skip"));
        assertThat(kept).singleElement().satisfies(prompt -> {
            assertThat(prompt.id()).isEqualTo("x.jsonl:1");
            assertThat(prompt.maximum()).hasValue(5);
            assertThat(prompt.seed()).hasValue(-3);
        });
        for (String line : List.of(
                "[]",
                "{\"prompt\":1}",
                "{}",
                "{\"prompt\":\"a\",\"max_tokens\":0}",
                "{\"prompt\":\"a\",\"seed\":1.5}",
                "{\"prompt\":\"a\",\"id\":{}}",
                "{\"prompt\":\"a\"} x",
                "{\"prompt\":\"a\",\"prompt\":\"b\"}")) {
            assertThatThrownBy(() -> LineFormat.JSONL.parse(line, "here:1"))
                    .as(line)
                    .isInstanceOf(MalformedPromptException.class)
                    .hasMessageContaining("place=here:1");
        }
        Files.write(folder.resolve("x.jsonl"), new byte[] {(byte) 0xC3, '\n'});
        assertThatThrownBy(() -> read(settings(json))).hasMessageContaining("x.jsonl:1 is not UTF-8");
    }

    @Test
    void refusesAnInputWithoutPrompts() throws IOException {
        Files.writeString(folder.resolve("empty.txt"), "\n \n");
        assertThatThrownBy(() -> read(settings()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("holds no prompt");
    }

    @Test
    void numbersOfPromptsDependOnTheirIdsAlone() throws IOException {
        Prompt first = LineFormat.JSONL.parse("{\"id\":\"x\",\"prompt\":\"a\"}", "f:1");
        assertThat(first.number())
                .isEqualTo(LineFormat.JSONL
                        .parse("{\"id\":\"x\",\"prompt\":\"b\"}", "g:9")
                        .number())
                .isNotEqualTo(LineFormat.TEXT.parse("a", "f:1").number());
        assertThat(first.number()).isEqualTo(0x2d711642b726b044L);
    }
}
