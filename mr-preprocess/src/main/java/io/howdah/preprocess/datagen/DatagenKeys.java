// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of generated datasets. */
public final class DatagenKeys {
    private static final String PREFIX = "howdah.datagen.";
    private static final long MOST_EXAMPLES = 1_000_000_000L;

    public static final Key<String> KIND =
            Key.choice(PREFIX + "kind", null, Generators.names(), Generators.describeAll());

    public static final Key<String> OUTPUT =
            Key.path(PREFIX + "output", null, "Directory for the dataset; it must be absent or empty.");

    public static final Key<Long> EXAMPLES = Key.integer(
            PREFIX + "examples",
            null,
            1,
            MOST_EXAMPLES,
            "examples",
            "Examples in the train part. " + Generators.describeDefaults(Generators.Row::examples));

    public static final Key<Long> HELDOUT_EXAMPLES = Key.integer(
            PREFIX + "heldout.examples",
            null,
            1,
            10_000_000L,
            "examples",
            "Examples in the held-out part, on which the best possible score is measured. "
                    + Generators.describeDefaults(Generators.Row::heldout));

    public static final Key<Long> SEED =
            Key.integer(PREFIX + "seed", 0L, 0, Long.MAX_VALUE, "", "Seed of the distribution and of the examples.");

    public static final Key<Long> SHARDS =
            Key.integer(PREFIX + "shards", 2L, 1, 100_000, "files", "Shards of each part.");

    public static final Key<Long> ROWS_PER_BATCH = Key.integer(
            PREFIX + "rows.per.batch",
            1024L,
            1,
            1 << 14,
            "rows",
            "Rows in a record batch: the unit that workers read, shuffle and share out.");

    public static final Key<Long> THREADS = Key.integer(
            PREFIX + "threads",
            2L,
            1,
            256,
            "threads",
            "Shards written at a time, each with a record batch in memory; the bytes do not depend on it.");

    public static final Key<Long> FIELDS =
            Key.integer(PREFIX + "fields", 26L, 2, 256, "fields", "ctr: categorical fields, each with one id.");

    public static final Key<Long> ROWS_PER_FIELD = Key.integer(
            PREFIX + "rows.per.field",
            2000L,
            2,
            10_000_000,
            "rows",
            "ctr: ids of a field, which are the rows of its embedding. Drawing takes 16 bytes of heap per id of all"
                    + " fields.");

    public static final Key<Double> ZIPF_EXPONENT = Key.decimal(
            PREFIX + "zipf.exponent", 2.0, 0, 10, "", "ctr: the id of rank r is drawn with probability ∝ r^-s.");

    public static final Key<Long> CLASSES =
            Key.integer(PREFIX + "classes", 10L, 2, 1000, "classes", "images: classes, equally frequent.");

    public static final Key<Double> NOISE = Key.decimal(
            PREFIX + "noise",
            0.32,
            0.01,
            100,
            "",
            "images: standard deviation of the noise around a prototype, whose length is 1; more means a lower Bayes"
                    + " accuracy.");

    /** All keys of this package. */
    public static final List<Key<?>> ALL = List.of(
            KIND,
            OUTPUT,
            EXAMPLES,
            HELDOUT_EXAMPLES,
            SEED,
            SHARDS,
            ROWS_PER_BATCH,
            THREADS,
            FIELDS,
            ROWS_PER_FIELD,
            ZIPF_EXPONENT,
            CLASSES,
            NOISE);

    private DatagenKeys() {}
}
