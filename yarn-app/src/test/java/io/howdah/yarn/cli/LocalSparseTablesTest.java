// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A click model with sparse tables: drawn data, training, a resumed training, evaluation of its checkpoint. */
class LocalSparseTablesTest {
    private static final Pattern LOSS = Pattern.compile("heldOut\\.loss\\W+([0-9.E-]+)");

    @TempDir
    private Path folder;

    private String run(String command, String... settings) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> words = new ArrayList<>(List.of("local", command));
        for (String setting : settings) {
            words.addAll(List.of("-D", setting));
        }
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        int status = Commands.run(words.toArray(String[]::new), new Configuration(), printed, printed);
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(status).as(text).isZero();
        return text;
    }

    private String train(String output, String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "howdah.train.input=" + folder.resolve("clicks"),
                "howdah.train.output=" + folder.resolve(output),
                "howdah.train.batch.size=16",
                "howdah.sync.logical.workers=2",
                "howdah.model.name=deepfm",
                "howdah.model.ctr.tables=sparse",
                "howdah.model.ctr.hidden=8",
                "howdah.table.optimiser=adagrad",
                "howdah.table.admission=2"));
        settings.addAll(List.of(more));
        return loss(run("train", settings.toArray(String[]::new)));
    }

    private static String loss(String text) {
        Matcher matcher = LOSS.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    @Test
    void trainsGoesOnAndIsEvaluated() {
        run(
                "datagen",
                "howdah.datagen.kind=ctr",
                "howdah.datagen.output=" + folder.resolve("clicks"),
                "howdah.datagen.examples=400",
                "howdah.datagen.heldout.examples=100",
                "howdah.datagen.fields=3");
        String straight = train("straight", "howdah.train.steps=8");
        train("resumed", "howdah.train.steps=3");
        String resumed = train("resumed", "howdah.train.steps=8", "howdah.train.resume=true");
        assertThat(resumed).isEqualTo(straight);
        String evaluated = run(
                "evaluate",
                "howdah.train.input=" + folder.resolve("clicks"),
                "howdah.train.output=" + folder.resolve("resumed"));
        assertThat(loss(evaluated)).isEqualTo(straight);
    }
}
