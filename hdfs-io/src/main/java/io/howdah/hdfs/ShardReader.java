// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.hdfs.ShardMetadata.CrcList;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads single record batches of a shard and checks each column of each against its CRC.
 *
 * <p>It reads the Arrow structures themselves instead of loading vectors: a batch is one read into the heap, and a
 * process that only reads needs neither Arrow's allocator nor the access to {@code java.nio} that Arrow asks for. Not
 * safe for concurrent use.
 */
public final class ShardReader implements Closeable {
    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    /** The footer's length and the magic. */
    private static final int TRAILER_BYTES = 4 + MAGIC.length;
    /** Continuation marker and length before a message. */
    private static final int MESSAGE_PREFIX_BYTES = 8;

    private final ShardFile file;
    private final Footer footer;
    private final ShardMetadata metadata;
    private final ShardLayout layout;

    private ShardReader(ShardFile file) throws IOException {
        this.file = file;
        this.footer = readFooter(file);
        try {
            this.metadata = ShardMetadata.parse(file, customMetadata(footer), Schema.convertSchema(footer.schema()));
            this.layout = metadata.layout();
            if (metadata.rows() < 0
                    || footer.recordBatchesLength() != batches()
                    || metadata.crcs().size()
                            != (long) batches() * layout.columns().size()) {
                throw file.refuse("batches=" + footer.recordBatchesLength(), batches() + " batches", null);
            }
        } catch (RuntimeException e) {
            throw damagedFooter(file, e);
        }
    }

    /**
     * Opens a shard and reads its footer.
     *
     * @throws IOException naming {@code path}, if it is missing, truncated, damaged or of another format or version
     */
    public static ShardReader open(FileSystem fileSystem, Path path) throws IOException {
        long bytes = fileSystem.getFileStatus(path).getLen();
        FSDataInputStream stream = fileSystem.open(path);
        ShardFile file = new ShardFile(path, bytes, stream);
        try {
            return new ShardReader(file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Columns, rows in a batch and, of packed tokens, the separator. */
    public ShardLayout layout() {
        return layout;
    }

    /** Number of rows in all batches. */
    public long rows() {
        return metadata.rows();
    }

    /** Number of record batches. */
    public int batches() {
        return layout.batches(metadata.rows());
    }

    /** Counts of the tokens of all rows; empty where the rows are not packed tokens. */
    public Histogram histogram() {
        return metadata.histogram();
    }

    /**
     * The values of every column of batch {@code batch}, in order of the columns: [rows, …], row-major, little-endian.
     *
     * @throws IOException naming the file and the column, if the batch is damaged
     */
    public List<ByteBuffer> read(int batch) throws IOException {
        int rows = layout.rowsIn(batch, metadata.rows());
        List<ByteBuffer> values = new ArrayList<>();
        try {
            Block block = footer.recordBatches(batch);
            ByteBuffer content = file.read(block.offset(), Math.addExact(block.metaDataLength(), block.bodyLength()));
            RecordBatch header = headerOf(batch, rows, content.duplicate().order(content.order()));
            int buffer = -1;
            for (int column = 0; column < layout.columns().size(); column++) {
                buffer += ColumnSchema.buffers(layout.columns().get(column));
                values.add(valuesOf(
                        new Place(batch, column),
                        content,
                        Math.addExact(
                                block.metaDataLength(), header.buffers(buffer).offset()),
                        header.buffers(buffer).length()));
            }
        } catch (RuntimeException e) {
            throw file.refuse("batch=" + batch + " error=" + e.getMessage(), "an intact record batch", e);
        }
        return values;
    }

    /** One column of one batch. */
    private record Place(int batch, int column) {}

    private ByteBuffer valuesOf(Place place, ByteBuffer content, long start, long bytes) throws IOException {
        int length = layout.rowsIn(place.batch, metadata.rows()) * layout.bytes(place.column);
        if (bytes < length || start < 0 || start > content.limit() - length) {
            throw refuse(place, "bytes=" + bytes, length + " bytes of values");
        }
        ByteBuffer values = content.slice((int) start, length).order(content.order());
        CRC32C crc = new CRC32C();
        crc.update(values.duplicate());
        int expected = metadata.crcs().get(place.batch * layout.columns().size() + place.column);
        if ((int) crc.getValue() != expected) {
            throw refuse(place, "crc32c=" + hex((int) crc.getValue()), hex(expected));
        }
        return values;
    }

    private RecordBatch headerOf(int batch, int rows, ByteBuffer content) throws IOException {
        content.position(MESSAGE_PREFIX_BYTES);
        Message message = Message.getRootAsMessage(content);
        if (message.headerType() != MessageHeader.RecordBatch) {
            throw refuse(batch, "message=" + message.headerType(), "a record batch");
        }
        int buffers = layout.columns().stream().mapToInt(ColumnSchema::buffers).sum();
        RecordBatch header = (RecordBatch) message.header(new RecordBatch());
        if (header == null
                || header.length() != rows
                || header.buffersLength() != buffers
                || header.compression() != null) {
            throw refuse(batch, "rows=" + (header == null ? 0 : header.length()), rows + " uncompressed rows");
        }
        return header;
    }

    private IOException refuse(Place place, String found, String expected) {
        return refuse(
                place.batch, "column=" + layout.columns().get(place.column).name() + " " + found, expected);
    }

    private IOException refuse(int batch, String found, String expected) {
        return file.refuse("batch=" + batch + " " + found, expected, null);
    }

    private static Footer readFooter(ShardFile file) throws IOException {
        if (file.bytes() < MAGIC.length + TRAILER_BYTES) {
            throw file.refuse("bytes=" + file.bytes(), "a whole Arrow file", null);
        }
        ByteBuffer trailer = file.read(file.bytes() - TRAILER_BYTES, TRAILER_BYTES);
        int length = trailer.getInt();
        byte[] magic = new byte[MAGIC.length];
        trailer.get(magic);
        if (!Arrays.equals(magic, MAGIC) || length < 4 || length > file.bytes() - TRAILER_BYTES) {
            throw file.refuse("bytes=" + file.bytes(), "an Arrow footer at its end", null);
        }
        try {
            return Footer.getRootAsFooter(file.read(file.bytes() - TRAILER_BYTES - length, length));
        } catch (RuntimeException e) {
            throw damagedFooter(file, e);
        }
    }

    private static Map<String, String> customMetadata(Footer footer) {
        Map<String, String> entries = new HashMap<>();
        for (int i = 0; i < footer.customMetadataLength(); i++) {
            KeyValue entry = footer.customMetadata(i);
            entries.put(entry.key(), entry.value());
        }
        return entries;
    }

    private static IOException damagedFooter(ShardFile file, RuntimeException e) {
        return file.refuse("footer=" + e.getMessage(), "an intact footer", e);
    }

    private static String hex(int crc) {
        return CrcList.of(new int[] {crc}).text();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
