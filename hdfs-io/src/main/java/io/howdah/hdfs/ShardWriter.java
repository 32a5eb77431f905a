// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.hdfs.ShardMetadata.CrcList;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * Streams rows into one shard: an Arrow IPC file with the columns of a layout. The same rows give the same bytes. Holds one record batch in memory. The JVM must run with {@code --add-opens=java.base/java.nio=ALL-UNNAMED}.
 *
 * <p>A writer that is closed before {@link #finish} leaves a file without a footer, which {@link ShardReader} refuses.
 * Not safe for concurrent use.
 */
public final class ShardWriter implements Closeable {
    private final ShardLayout layout;
    private final CountedStream out;
    private final BufferAllocator allocator;
    private final VectorSchemaRoot root;
    private final Map<String, String> footer = new LinkedHashMap<>();
    private final BatchWriter writer;
    private final byte[][] batch;
    private final Histogram histogram = new Histogram();
    private int[] crcs = new int[16];
    private int crcCount;
    private int batchRows;
    private long rows;

    private ShardWriter(OutputStream out, ShardLayout layout) throws IOException {
        this.layout = layout;
        this.out = new CountedStream(out);
        this.batch = new byte[layout.columns().size()][];
        Arrays.setAll(batch, column -> new byte[layout.rowsPerBatch() * layout.bytes(column)]);
        this.allocator = new RootAllocator();
        this.root = VectorSchemaRoot.create(ColumnSchema.of(layout), allocator);
        this.writer = new BatchWriter(root, this.out, footer);
        writer.start();
    }

    /** Begins a shard on {@code out}, which {@link #close} closes. */
    public static ShardWriter to(OutputStream out, ShardLayout layout) throws IOException {
        return new ShardWriter(out, layout);
    }

    /** Appends the row of L tokens at {@code offset} of {@code tokens}. */
    public void write(byte[] tokens, int offset) throws IOException {
        write(ByteBuffer.wrap(tokens, offset, layout.sequenceLength()));
    }

    /**
     * Appends a row.
     *
     * @param row the remaining bytes of each are the values of one column, row-major and little-endian; not changed
     * @throws IllegalArgumentException if the bytes are not those of the layout's columns
     */
    public void write(ByteBuffer... row) throws IOException {
        boolean fits = row.length == batch.length;
        for (int column = 0; fits && column < row.length; column++) {
            fits = row[column].remaining() == layout.bytes(column);
        }
        if (!fits) {
            throw new IllegalArgumentException("Cannot write row: buffers=" + Arrays.toString(row)
                    + ", expected the values of " + layout.columns() + "; fill every column");
        }
        for (int column = 0; column < row.length; column++) {
            int length = layout.bytes(column);
            row[column].get(row[column].position(), batch[column], batchRows * length, length);
        }
        batchRows++;
        rows++;
        if (batchRows == layout.rowsPerBatch()) {
            writeBatch();
        }
    }

    /** Writes the last batch and the footer, and closes the file. */
    public ShardFacts finish() throws IOException {
        if (batchRows > 0) {
            writeBatch();
        }
        CrcList list = CrcList.of(Arrays.copyOf(crcs, crcCount));
        footer.putAll(new ShardMetadata(layout, rows, list, histogram).entries());
        writer.end();
        close();
        return new ShardFacts(out.bytes, rows, (int) out.crc.getValue(), histogram);
    }

    private void writeBatch() throws IOException {
        List<ArrowFieldNode> nodes = new ArrayList<>();
        List<ArrowBuf> buffers = new ArrayList<>();
        try {
            for (int column = 0; column < batch.length; column++) {
                addColumn(column, nodes, buffers);
            }
            try (ArrowRecordBatch message = new ArrowRecordBatch(batchRows, nodes, buffers)) {
                writer.append(message);
            }
        } finally {
            buffers.forEach(ArrowBuf::close);
        }
        if (layout.holdsTokens()) {
            histogram.add(batch[0], 0, batchRows * layout.bytes(0));
        }
        batchRows = 0;
    }

    /** Nothing is null, so that Arrow allows the validity buffers to be empty. */
    private void addColumn(int column, List<ArrowFieldNode> nodes, List<ArrowBuf> buffers) {
        int length = batchRows * layout.bytes(column);
        nodes.add(new ArrowFieldNode(batchRows, 0));
        buffers.add(allocator.getEmpty());
        if (layout.columns().get(column).shape().rank() > 0) {
            nodes.add(new ArrowFieldNode((long) batchRows * layout.elements(column), 0));
            buffers.add(allocator.getEmpty());
        }
        ArrowBuf values = allocator.buffer(length);
        buffers.add(values);
        values.setBytes(0, batch[column], 0, length);
        values.writerIndex(length);
        CRC32C crc = new CRC32C();
        crc.update(batch[column], 0, length);
        if (crcCount == crcs.length) {
            crcs = Arrays.copyOf(crcs, 2 * crcCount);
        }
        crcs[crcCount++] = (int) crc.getValue();
    }

    /** Releases the memory and closes the stream; without {@link #finish} the shard stays unusable. */
    @Override
    public void close() throws IOException {
        root.close();
        allocator.close();
        out.close();
    }

    /** Writes batches that were not unloaded from vectors. */
    private static final class BatchWriter extends ArrowFileWriter {
        BatchWriter(VectorSchemaRoot root, OutputStream out, Map<String, String> footer) {
            super(root, new MapDictionaryProvider(), Channels.newChannel(out), footer);
        }

        void append(ArrowRecordBatch message) throws IOException {
            writeRecordBatch(message);
        }
    }

    /** Counts and sums what passes. */
    private static final class CountedStream extends OutputStream {
        private final OutputStream out;
        private final CRC32C crc = new CRC32C();
        private long bytes;

        CountedStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] content, int offset, int length) throws IOException {
            out.write(content, offset, length);
            crc.update(content, offset, length);
            bytes += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
