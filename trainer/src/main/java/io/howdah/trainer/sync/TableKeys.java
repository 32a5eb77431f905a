// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration keys of sparse tables. */
public final class TableKeys {
    public static final Key<String> OPTIMISER = Key.choice(
            "howdah.table.optimiser",
            "rowwise-adagrad",
            List.of("adagrad", "ftrl", "rowwise-adagrad", "sgd", "sparse-adam"),
            "How gradients move the rows of sparse tables, with the numbers of howdah.optimiser.*.");

    public static final Key<Double> LEARNING_RATE_FACTOR = Key.decimal(
            "howdah.table.learning.rate.factor",
            1.0,
            0.0,
            Double.MAX_VALUE,
            "",
            "Multiplies the learning rate for the rows of sparse tables.");

    public static final Key<Double> WEIGHT_DECAY = Key.decimal(
            "howdah.table.weight.decay",
            0.0,
            0.0,
            Double.MAX_VALUE,
            "",
            "Weight decay of the rows that a step touches; ftrl, rowwise-adagrad and sparse-adam.");

    public static final Key<Long> ADMISSION = Key.integer(
            "howdah.table.admission",
            1L,
            1,
            Integer.MAX_VALUE,
            "contributions",
            "How often an id has to be trained, counting each logical worker's step, before it gets a row; until then it"
                    + " reads as its first values and its gradients are dropped.");

    public static final Key<Long> EVICTION_AGE = Key.integer(
            "howdah.table.eviction.age",
            0L,
            0,
            Integer.MAX_VALUE,
            "steps",
            "Rows that no step touched for so long are forgotten; 0 for never.");

    public static final Key<Long> EVICTION_FREQUENCY = Key.integer(
            "howdah.table.eviction.frequency",
            0L,
            0,
            Integer.MAX_VALUE,
            "contributions",
            "Rows with fewer contributions since the last look are forgotten, if they were there then; 0 for never.");

    public static final Key<Long> EVICTION_INTERVAL = Key.integer(
            "howdah.table.eviction.interval",
            1000L,
            1,
            Integer.MAX_VALUE,
            "steps",
            "Applied steps between looks for rows to be forgotten.");

    public static final Key<Long> EXPECTED_ROWS = Key.integer(
            "howdah.table.expected.rows",
            0L,
            0,
            1L << 40,
            "rows",
            "Rows that each sparse table is expected to reach, on all servers together. A job whose servers are too small"
                    + " for them is refused before it is submitted; 0 for no such check.");

    public static final List<Key<?>> ALL = List.of(
            OPTIMISER,
            LEARNING_RATE_FACTOR,
            WEIGHT_DECAY,
            ADMISSION,
            EVICTION_AGE,
            EVICTION_FREQUENCY,
            EVICTION_INTERVAL,
            EXPECTED_ROWS);

    private TableKeys() {}
}
