// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of models of clicks: wide-and-deep, deepfm and dlrm. */
public final class ClickKeys {
    public static final Key<Long> WIDTH = Key.integer(
            "howdah.model.ctr.width",
            16L,
            1,
            4096,
            "numbers",
            "Click models: width of the vector that stands for an id.");

    public static final Key<Double> DEVIATION = Key.decimal(
            "howdah.model.ctr.deviation",
            0.01,
            0.0,
            1e6,
            "",
            "Click models: standard deviation of the first vectors of ids. PyTorch's embeddings start with 1.");

    public static final Key<Boolean> SPARSE = Key.flag(
            "howdah.model.ctr.sparse",
            true,
            "Click models with dense tables: whether backward gives gradients of the rows that a batch uses instead of whole"
                    + " tables.");

    public static final Key<String> TABLES = Key.choice(
            "howdah.model.ctr.tables",
            "dense",
            List.of("dense", "sparse"),
            "Click models: dense tables are parameters like all others, of as many rows as the dataset tells; sparse ones are"
                    + " kept by the parameter servers row by row, for any 64-bit ids, and workers hold the rows of a batch.");

    public static final Key<List<Long>> HIDDEN = hidden(
            "howdah.model.ctr.hidden",
            List.of(400L, 400L),
            "wide-and-deep, deepfm: widths of the hidden layers; empty for none.");

    public static final Key<Double> DROPOUT = Key.decimal(
            "howdah.model.ctr.dropout",
            0.0,
            0.0,
            1.0,
            "",
            "wide-and-deep, deepfm: probability with which training drops an element behind every hidden layer.");

    public static final Key<List<Long>> BOTTOM = hidden(
            "howdah.model.dlrm.bottom",
            List.of(512L, 256L),
            "dlrm: widths of the hidden layers between the dense features and their vector; empty for none.");

    public static final Key<List<Long>> TOP = hidden(
            "howdah.model.dlrm.top",
            List.of(512L, 256L),
            "dlrm: widths of the hidden layers behind the interactions; empty for none.");

    public static final List<Key<?>> ALL = List.of(WIDTH, DEVIATION, SPARSE, TABLES, HIDDEN, DROPOUT, BOTTOM, TOP);

    private ClickKeys() {}

    private static Key<List<Long>> hidden(String name, List<Long> widths, String doc) {
        return Key.integers(name, widths, 1, 1_048_576, doc);
    }
}
