// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import io.howdah.hdfs.ShardFacts;
import io.howdah.hdfs.ShardLayout;
import io.howdah.hdfs.ShardWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Packs documents into the rows of one shard: document, separator, document, separator, …, cut every L tokens; the last
 * row is filled up with separators.
 */
final class RowPacker implements Closeable {
    private final ShardWriter writer;
    private final byte[] row;
    private final byte separator;
    private int filled;
    private long documents;

    /** Takes ownership of {@code out}. */
    RowPacker(OutputStream out, ShardLayout layout) throws IOException {
        this.writer = ShardWriter.to(out, layout);
        this.row = new byte[layout.sequenceLength()];
        this.separator = (byte) layout.separator().orElseThrow();
    }

    /** Appends the first {@code length} bytes of {@code document}, and a separator. */
    void add(byte[] document, int length) throws IOException {
        for (int from = 0; from < length; ) {
            int count = Math.min(length - from, row.length - filled);
            System.arraycopy(document, from, row, filled, count);
            from += count;
            advance(count);
        }
        row[filled] = separator;
        advance(1);
        documents++;
    }

    private void advance(int count) throws IOException {
        filled += count;
        if (filled == row.length) {
            writer.write(row, 0);
            filled = 0;
        }
    }

    long documents() {
        return documents;
    }

    /** Fills up the last row and completes the shard. */
    ShardFacts finish() throws IOException {
        if (filled > 0) {
            Arrays.fill(row, filled, row.length, separator);
            advance(row.length - filled);
        }
        return writer.finish();
    }

    /** Gives the shard up, unless it is finished. */
    @Override
    public void close() throws IOException {
        writer.close();
    }
}
