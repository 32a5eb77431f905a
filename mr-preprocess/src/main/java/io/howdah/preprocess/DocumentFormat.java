// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.InputFormat;

/**
 * A way to find documents in input files.
 *
 * @param name value of {@code howdah.preprocess.format}
 * @param input input format whose records are (name of the document, its bytes); supplied late, because containers read
 *     the table of keys without MapReduce on their class path
 * @param doc what a document is, for the reference table
 */
record DocumentFormat(String name, Supplier<Class<? extends InputFormat<Text, BytesWritable>>> input, String doc) {
    /** The table of formats: a new one is a class and a row here. */
    static final List<DocumentFormat> ALL = List.of(
            new DocumentFormat("text", () -> TextDocuments.class, "every file is a document"),
            new DocumentFormat("zip", () -> ZipDocuments.class, "every entry of zip or jar archives is a document"),
            new DocumentFormat(
                    "jsonl", () -> JsonLinesDocuments.class, "every line is a JSON object with a text field"));

    static List<String> names() {
        return ALL.stream().map(DocumentFormat::name).toList();
    }

    static String describeAll() {
        return ALL.stream()
                .map(format -> format.name + ": " + format.doc)
                .collect(Collectors.joining("; ", "What the input files are. ", "."));
    }

    /** The format of this name; unknown names were refused by the key. */
    static DocumentFormat named(String name) {
        return ALL.stream()
                .filter(format -> format.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot choose format: name=" + name
                        + ", expected one of " + names() + "; correct " + PreprocessKeys.FORMAT.name()));
    }
}
