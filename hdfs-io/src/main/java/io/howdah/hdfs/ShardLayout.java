// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

/**
 * What all shards of a dataset have in common.
 *
 * @param sequenceLength tokens in a row, L
 * @param rowsPerBatch rows in a record batch; the last batch of a shard may hold fewer
 * @param separator token between documents and after the last one
 */
public record ShardLayout(int sequenceLength, int rowsPerBatch, int separator) {
    /** Number of different tokens: every byte is one. */
    public static final int VOCABULARY = 256;

    private static final int MOST_BATCH_BYTES = 1 << 30;

    public ShardLayout {
        if (sequenceLength < 1
                || rowsPerBatch < 1
                || (long) sequenceLength * rowsPerBatch > MOST_BATCH_BYTES
                || separator < 0
                || separator >= VOCABULARY) {
            throw new IllegalArgumentException("Cannot lay out shards: sequenceLength=" + sequenceLength
                    + " rowsPerBatch=" + rowsPerBatch + " separator=" + separator
                    + ", expected lengths of at least 1, at most " + MOST_BATCH_BYTES
                    + " bytes in a batch and a separator below " + VOCABULARY + "; correct the layout");
        }
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
