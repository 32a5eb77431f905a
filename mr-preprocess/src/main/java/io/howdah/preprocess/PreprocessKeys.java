// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.ShardLayout;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.Key;
import io.howdah.trainer.config.KeyTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Configuration of preprocessing. */
public final class PreprocessKeys {
    private static final String PREFIX = "howdah.preprocess.";

    public static final Key<String> INPUT = Key.path(
            PREFIX + "input", null, "Files or directories with documents, separated by commas; globs are allowed.");

    public static final Key<String> OUTPUT =
            Key.path(PREFIX + "output", null, "Directory for the dataset; it must be absent or empty.");

    public static final Key<String> FORMAT =
            Key.choice(PREFIX + "format", "text", DocumentFormat.names(), DocumentFormat.describeAll());

    public static final Key<String> INCLUDE = Key.text(
            PREFIX + "include",
            "**",
            "Glob on the names of documents; others are skipped. ** crosses directories, * does not, {a,b} is either."
                    + " Names are paths inside the archive (zip) or below the input directory (text, jsonl).");

    public static final Key<Long> SEQUENCE_LENGTH =
            Key.integer(PREFIX + "sequence.length", 128L, 2, 1 << 16, "tokens", "Tokens in a row.");

    public static final Key<Double> HELDOUT_FRACTION = Key.decimal(
            PREFIX + "heldout.fraction",
            0.05,
            0,
            0.5,
            "",
            "Share of the documents that are held out of training for evaluation, chosen by a hash of their content.");

    public static final Key<Long> SHARDS = Key.integer(
            PREFIX + "shards", 2L, 1, 100_000, "files", "Shards of each part, which is the number of reducers.");

    public static final Key<Long> SEED = Key.integer(
            PREFIX + "seed", 0L, 0, Long.MAX_VALUE, "", "Seed of the shuffle and of the choice of held-out documents.");

    public static final Key<Long> ROWS_PER_BATCH = Key.integer(
            PREFIX + "rows.per.batch",
            1024L,
            1,
            1 << 14,
            "rows",
            "Rows in a record batch: the unit that workers read, shuffle and share out.");

    public static final Key<Long> MIN_DOCUMENT_BYTES = Key.integer(
            PREFIX + "min.document.bytes", 16L, 1, 1 << 30, "bytes", "Shorter documents are dropped after cleaning.");

    public static final Key<Long> MAX_DOCUMENT_BYTES = Key.integer(
            PREFIX + "max.document.bytes",
            16L << 20,
            1,
            1 << 30,
            "bytes",
            "Longer documents are dropped before they are read; a task holds one document in memory.");

    public static final Key<String> JSONL_FIELD =
            Key.text(PREFIX + "jsonl.field", "text", "Field of a JSON Lines object that holds the document.");

    /** All keys of this package. */
    public static final List<Key<?>> ALL = List.of(
            INPUT,
            OUTPUT,
            FORMAT,
            INCLUDE,
            SEQUENCE_LENGTH,
            HELDOUT_FRACTION,
            SHARDS,
            SEED,
            ROWS_PER_BATCH,
            MIN_DOCUMENT_BYTES,
            MAX_DOCUMENT_BYTES,
            JSONL_FIELD);

    /** Token between documents; documents that hold it are dropped. */
    static final int SEPARATOR = 0;

    private PreprocessKeys() {}

    /** The values that the driver shipped in a job's configuration. */
    static Config from(Configuration job) {
        Map<String, String> settings = new HashMap<>();
        for (Key<?> key : ALL) {
            String text = job.get(key.name());
            if (text != null) {
                settings.put(key.name(), text);
            }
        }
        return Config.parse(new KeyTable(ALL), settings);
    }

    static ShardLayout layout(Config config) {
        return new ShardLayout(config.getInt(SEQUENCE_LENGTH), config.getInt(ROWS_PER_BATCH), SEPARATOR);
    }
}
