// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.hdfs.ShardMetadata.CrcList;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
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
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Streams rows of tokens into one shard: an Arrow IPC file with the column {@value #COLUMN}. The same rows give the same
 * bytes. Holds one record batch in memory. The JVM must run with {@code --add-opens=java.base/java.nio=ALL-UNNAMED}.
 *
 * <p>A writer that is closed before {@link #finish} leaves a file without a footer, which {@link ShardReader} refuses.
 * Not safe for concurrent use.
 */
public final class ShardWriter implements Closeable {
    /** Name of the only column. */
    public static final String COLUMN = "tokens";

    private final ShardLayout layout;
    private final CountedStream out;
    private final BufferAllocator allocator;
    private final VectorSchemaRoot root;
    private final Map<String, String> footer = new LinkedHashMap<>();
    private final BatchWriter writer;
    private final byte[] batch;
    private final Histogram histogram = new Histogram();
    private int[] crcs = new int[16];
    private int batches;
    private int batchRows;
    private long rows;

    private ShardWriter(OutputStream out, ShardLayout layout) throws IOException {
        this.layout = layout;
        this.out = new CountedStream(out);
        this.batch = new byte[layout.rowsPerBatch() * layout.sequenceLength()];
        this.allocator = new RootAllocator();
        this.root = VectorSchemaRoot.create(schema(layout.sequenceLength()), allocator);
        this.writer = new BatchWriter(root, this.out, footer);
        writer.start();
    }

    /** Begins a shard on {@code out}, which {@link #close} closes. */
    public static ShardWriter to(OutputStream out, ShardLayout layout) throws IOException {
        return new ShardWriter(out, layout);
    }

    private static Schema schema(int sequenceLength) {
        Field element = new Field("token", FieldType.notNullable(new ArrowType.Int(8, false)), List.of());
        ArrowType list = new ArrowType.FixedSizeList(sequenceLength);
        return new Schema(List.of(new Field(COLUMN, FieldType.notNullable(list), List.of(element))));
    }

    /** Appends the row of L tokens at {@code offset} of {@code tokens}. */
    public void write(byte[] tokens, int offset) throws IOException {
        int length = layout.sequenceLength();
        System.arraycopy(tokens, offset, batch, batchRows * length, length);
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
        CrcList list = CrcList.of(Arrays.copyOf(crcs, batches));
        footer.putAll(new ShardMetadata(rows, layout.rowsPerBatch(), layout.separator(), list, histogram).entries());
        writer.end();
        close();
        return new ShardFacts(out.bytes, rows, (int) out.crc.getValue(), histogram);
    }

    private void writeBatch() throws IOException {
        int length = batchRows * layout.sequenceLength();
        try (ArrowBuf values = allocator.buffer(length);
                ArrowBuf allValid = allocator.getEmpty();
                ArrowRecordBatch message = message(values, allValid, length)) {
            writer.append(message);
        }
        histogram.add(batch, 0, length);
        CRC32C crc = new CRC32C();
        crc.update(batch, 0, length);
        if (batches == crcs.length) {
            crcs = Arrays.copyOf(crcs, 2 * batches);
        }
        crcs[batches++] = (int) crc.getValue();
        batchRows = 0;
    }

    /** Nothing is null, so that Arrow allows both validity buffers to be empty. */
    private ArrowRecordBatch message(ArrowBuf values, ArrowBuf allValid, int length) {
        values.setBytes(0, batch, 0, length);
        values.writerIndex(length);
        return new ArrowRecordBatch(
                batchRows,
                List.of(new ArrowFieldNode(batchRows, 0), new ArrowFieldNode(length, 0)),
                List.of(allValid, allValid, values));
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
