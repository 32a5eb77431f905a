// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.trainer.data.Column;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What all shards of a dataset have in common: either packed tokens, whose only column is {@value #TOKENS}, or examples of
 * any columns.
 *
 * @param columns columns of every row, at least one
 * @param rowsPerBatch rows in a record batch; the last batch of a shard may hold fewer
 * @param separator of packed tokens, the token between documents and after the last one; else empty
 */
public record ShardLayout(List<Column> columns, int rowsPerBatch, OptionalInt separator) {
    /** Number of different tokens: every byte is one. */
    public static final int VOCABULARY = 256;

    /** Name of the only column of packed tokens. */
    public static final String TOKENS = "tokens";

    private static final int MOST_BATCH_BYTES = 1 << 30;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Set<DType> STORED =
            EnumSet.of(DType.UINT8, DType.INT32, DType.INT64, DType.FLOAT32, DType.FLOAT64);

    public ShardLayout {
        columns = List.copyOf(columns);
        Set<String> names = new HashSet<>();
        long bytes = 0;
        for (Column column : columns) {
            if (!names.add(column.name()) || !NAME.matcher(column.name()).matches()) {
                throw refuse(column, "names of letters, digits and _.- that differ");
            }
            if (!STORED.contains(column.dtype()) || column.shape().elements() < 1) {
                throw refuse(column, "elements of one of the types " + STORED);
            }
            bytes = Math.addExact(
                    bytes,
                    Math.multiplyExact(column.shape().elements(), column.dtype().bytes()));
        }
        if (bytes < 1 || rowsPerBatch < 1 || bytes > MOST_BATCH_BYTES / rowsPerBatch) {
            throw new IllegalArgumentException("Cannot lay out shards: columns=" + columns + " rowsPerBatch="
                    + rowsPerBatch + ", expected at least one of each and at most " + MOST_BATCH_BYTES
                    + " bytes in a batch; correct the layout");
        }
        if (separator.isPresent() && (separator.getAsInt() < 0 || separator.getAsInt() >= VOCABULARY)) {
            throw new IllegalArgumentException("Cannot lay out shards: separator=" + separator.getAsInt()
                    + ", expected a token below " + VOCABULARY + "; correct the layout");
        }
    }

    /**
     * Packed tokens: one column {@value #TOKENS}, uint8 [L].
     *
     * @param sequenceLength tokens in a row, L
     */
    public ShardLayout(int sequenceLength, int rowsPerBatch, int separator) {
        this(
                List.of(new Column(TOKENS, DType.UINT8, Shape.of(sequenceLength))),
                rowsPerBatch,
                OptionalInt.of(separator));
    }

    /** Examples with these columns. */
    public ShardLayout(List<Column> columns, int rowsPerBatch) {
        this(columns, rowsPerBatch, OptionalInt.empty());
    }

    private static IllegalArgumentException refuse(Column column, String expected) {
        return new IllegalArgumentException(
                "Cannot lay out shards: " + column + ", expected " + expected + "; correct the column");
    }

    /** Whether the rows are packed tokens. */
    public boolean holdsTokens() {
        return separator.isPresent();
    }

    /** Of packed tokens, the tokens in a row, L. */
    public int sequenceLength() {
        return elements(0);
    }

    /** Number of elements of column {@code column} in a row. */
    int elements(int column) {
        return (int) columns.get(column).shape().elements();
    }

    /** Bytes of column {@code column} in a row. */
    public int bytes(int column) {
        return elements(column) * columns.get(column).dtype().bytes();
    }

    /** Number of record batches that {@code rows} rows fill. */
    public int batches(long rows) {
        return Math.toIntExact((rows + rowsPerBatch - 1) / rowsPerBatch);
    }

    /** Number of rows in batch {@code batch} of a shard that holds {@code rows}. */
    public int rowsIn(int batch, long rows) {
        return (int) Math.min(rowsPerBatch, rows - (long) batch * rowsPerBatch);
    }
}
