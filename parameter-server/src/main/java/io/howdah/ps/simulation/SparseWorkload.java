// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.optim.RowwiseAdagrad;
import io.howdah.trainer.sync.Eviction;
import io.howdah.trainer.sync.TableSettings;
import io.howdah.trainer.sync.TableSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The sparse tables of a made-up model. Each has a few ids that may get rows, all of which every worker reads; a slice has
 * gradients of some of them, or of none.
 */
final class SparseWorkload {
    private static final int IDS = 12;
    private static final int[] WIDTHS = {3, 5};

    private final List<TableSpec> specs;
    private final List<long[]> ids = new ArrayList<>();
    private final int[] offsets;

    /** Gradients of the rows of one table in the wire dtype, multiplied with the loss scale. */
    record Rows(long[] ids, ByteBuffer gradients) {}

    /**
     * @param tables how many tables there are
     * @param first index of the first row's first element among all numbers of the model
     */
    SparseWorkload(long seed, int tables, int first) {
        specs = IntStream.range(0, tables)
                .mapToObj(table -> new TableSpec("table" + table, WIDTHS[table % WIDTHS.length], seed + table, 0.5))
                .toList();
        offsets = new int[tables + 1];
        offsets[0] = first;
        for (int table = 0; table < tables; table++) {
            ids.add(new SplittableRandom(seed ^ table).longs(IDS).toArray());
            offsets[table + 1] = offsets[table] + IDS * specs.get(table).width();
        }
    }

    /** Every second training drops rare ids first, and forgets rows that are not used. */
    static TableSettings settings(long seed) {
        return seed % 2 == 0
                ? TableSettings.DEFAULT
                : new TableSettings(new RowwiseAdagrad(0, 1e-8), 0.5, 0, 2, new Eviction(2, 0, 1));
    }

    List<TableSpec> specs() {
        return specs;
    }

    /** Every id of a table that may have a row. */
    long[] ids(int table) {
        return ids.get(table).clone();
    }

    /** Where the rows of a table begin among all numbers of the model; of the last table plus one, where they end. */
    int offset(int table) {
        return offsets[table];
    }

    /** Index of the first element of row {@code row} of a table. */
    int offset(int table, int row) {
        return offsets[table] + row * specs.get(table).width();
    }

    /** Index of the row of {@code id}. */
    int row(int table, long id) {
        return Arrays.stream(ids.get(table)).boxed().toList().indexOf(id);
    }

    /** The rows of a table that a slice touches, as {@code key} says. */
    int[] touched(int table, long key) {
        SplittableRandom random = new SplittableRandom(key + table);
        int[] rows =
                IntStream.range(0, IDS).filter(row -> random.nextInt(4) == 0).toArray();
        for (int i = rows.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int row = rows[i];
            rows[i] = rows[other];
            rows[other] = row;
        }
        return rows;
    }
}
