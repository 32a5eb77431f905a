// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.config.Config;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The table of generators: a new one is a class and a row here. */
final class Generators {
    /**
     * One kind of dataset.
     *
     * @param name value of {@code howdah.datagen.kind}
     * @param purpose what is drawn, for the reference table
     * @param examples examples for training where the configuration names no number
     * @param heldout examples held out where the configuration names no number
     * @param maker makes the generator from the values of {@link DatagenKeys}
     */
    record Row(String name, String purpose, long examples, long heldout, Function<Config, Generator> maker) {}

    static final List<Row> ALL = List.of(
            new Row(
                    "ctr",
                    "clicks on rows of categorical ids and dense features, with a known best AUC and log loss",
                    500_000,
                    100_000,
                    ClickGenerator::of),
            new Row(
                    "images",
                    "small colour images of classes that overlap, with a known Bayes accuracy",
                    50_000,
                    10_000,
                    ImageGenerator::of));

    private Generators() {}

    static List<String> names() {
        return ALL.stream().map(Row::name).toList();
    }

    static String describeAll() {
        return ALL.stream()
                .map(row -> row.name + ": " + row.purpose)
                .collect(Collectors.joining("; ", "What is drawn. ", ". Also the command's first argument."));
    }

    /** Names and a number of each kind, for a key whose default depends on the kind. */
    static String describeDefaults(Function<Row, Long> number) {
        return ALL.stream()
                .map(row -> row.name + " " + number.apply(row))
                .collect(Collectors.joining(", ", "Unset: ", "."));
    }

    /** The row of this name; unknown names were refused by the key. */
    static Row named(String name) {
        return ALL.stream()
                .filter(row -> row.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot choose generator: name=" + name
                        + ", expected one of " + names() + "; correct the name"));
    }
}
