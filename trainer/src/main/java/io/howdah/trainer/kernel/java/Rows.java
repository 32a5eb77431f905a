// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;

/** Gathers rows of a table and adds rows into it. */
final class Rows {
    /** Columns that one thread adds at least: a few cache lines. */
    private static final long FEWEST_COLUMNS = 64;

    private final DType dtype;
    private final long width;

    /** Addresses and distances in bytes of what is indexed, of the rows, and of the indices. */
    private final long table;

    private final long tableRow;
    private final long tableStep;
    private final long rows;
    private final long row;
    private final long rowStep;
    private final DType idType;
    private final long ids;
    private final long idStep;

    private Rows(Tensor table, Tensor ids, Tensor rows) {
        this.dtype = table.dtype();
        this.width = table.size(1);
        this.table = table.address();
        this.tableRow = table.stride(0) * dtype.bytes();
        this.tableStep = table.stride(1) * dtype.bytes();
        this.rows = rows.address();
        this.row = rows.stride(0) * dtype.bytes();
        this.rowStep = rows.stride(1) * dtype.bytes();
        this.idType = ids.dtype();
        this.ids = ids.address();
        this.idStep = ids.stride(0) * idType.bytes();
    }

    static void gather(Tensor table, Tensor ids, Tensor out) {
        Rows rows = new Rows(table, ids, out);
        long grain = Parallel.GRAIN / Math.max(1, Math.min(Parallel.GRAIN, rows.width));
        Parallel.ranges(ids.size(0), grain, rows.isPlain() ? rows::copyPlain : rows::copy);
        fence(table, ids, out);
    }

    static void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        if (Pointwise.isSingle(table) && table.dtype() != DType.FLOAT32) {
            try (Tensor wide = Tensor.empty(DType.FLOAT32, table.shape());
                    Tensor wideRows = Tensor.empty(DType.FLOAT32, rows.shape())) {
                Conversion.convert(table, wide);
                Conversion.convert(rows, wideRows);
                scatterAdd(wideRows, ids, wide);
                Conversion.convert(wide, table);
            }
            return;
        }
        Rows walk = new Rows(table, ids, rows);
        if (walk.isPlainFloat()) {
            // Each thread adds some columns of all rows, so that the order of the sums does not depend on it.
            long grain = Math.max(FEWEST_COLUMNS, Parallel.GRAIN / Math.max(1, ids.size(0)));
            Parallel.ranges(walk.width, grain, (from, to) -> walk.addFloats(ids.size(0), from, to));
        } else {
            for (long i = 0; i < ids.size(0); i++) {
                walk.add(i);
            }
        }
        fence(rows, ids, table);
    }

    private long place(long i) {
        return table + Elements.getLong(idType, ids + i * idStep) * tableRow;
    }

    /** Whether elements lie side by side, and so do indices of int64. */
    private boolean isPlain() {
        int bytes = dtype.bytes();
        return idType == DType.INT64 && idStep == Long.BYTES && tableStep == bytes && rowStep == bytes;
    }

    private void copyPlain(long from, long to) {
        long bytes = width * dtype.bytes();
        for (long i = from; i < to; i++) {
            Memory.copy(table + Memory.getLong(ids + i * Long.BYTES) * tableRow, rows + i * row, bytes);
        }
    }

    private void copy(long from, long to) {
        for (long i = from; i < to; i++) {
            copy(i);
        }
    }

    private void copy(long i) {
        long from = place(i);
        long to = rows + i * row;
        int bytes = dtype.bytes();
        if (tableStep == bytes && rowStep == bytes) {
            Memory.copy(from, to, width * bytes);
        } else {
            for (long c = 0; c < width; c++) {
                Copying.element(bytes, from + c * tableStep, to + c * rowStep);
            }
        }
    }

    private boolean isPlainFloat() {
        return dtype == DType.FLOAT32 && tableStep == Float.BYTES && rowStep == Float.BYTES;
    }

    /** Adds some columns by way of arrays, whose loops the compiler vectorises. */
    private void addFloats(long count, long firstColumn, long endColumn) {
        int columns = Math.toIntExact(endColumn - firstColumn);
        float[] sums = new float[columns];
        float[] terms = new float[columns];
        for (long i = 0; i < count; i++) {
            long to = place(i) + firstColumn * Float.BYTES;
            Memory.copy(to, sums, 0, columns);
            Memory.copy(rows + i * row + firstColumn * Float.BYTES, terms, 0, columns);
            for (int c = 0; c < columns; c++) {
                sums[c] += terms[c];
            }
            Memory.copy(sums, 0, to, columns);
        }
    }

    private void add(long i) {
        long to = place(i);
        long from = rows + i * row;
        if (dtype == DType.FLOAT32) {
            for (long c = 0; c < width; c++) {
                long target = to + c * tableStep;
                Memory.putFloat(target, Memory.getFloat(target) + Memory.getFloat(from + c * rowStep));
            }
        } else if (dtype == DType.FLOAT64) {
            for (long c = 0; c < width; c++) {
                long target = to + c * tableStep;
                Memory.putDouble(target, Memory.getDouble(target) + Memory.getDouble(from + c * rowStep));
            }
        } else {
            for (long c = 0; c < width; c++) {
                long target = to + c * tableStep;
                long sum = Elements.getLong(dtype, target) + Elements.getLong(dtype, from + c * rowStep);
                Elements.putLong(dtype, target, sum);
            }
        }
    }

    private static void fence(Tensor first, Tensor second, Tensor third) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        Reference.reachabilityFence(third);
    }
}
