// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import io.howdah.hdfs.ShardMetadata.CrcList;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads single record batches of a packed-token shard and checks each against its CRC.
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
    /** Of the buffers of a batch: validity of the rows, validity of the tokens, tokens. */
    private static final int VALUES = 2;

    private final ShardFile file;
    private final Footer footer;
    private final ShardMetadata metadata;
    private final ShardLayout layout;

    private ShardReader(ShardFile file) throws IOException {
        this.file = file;
        this.footer = readFooter(file);
        try {
            this.metadata = ShardMetadata.parse(file, customMetadata(footer));
            this.layout = new ShardLayout(
                    sequenceLength(file, footer.schema()), metadata.rowsPerBatch(), metadata.separator());
            if (metadata.rows() < 0
                    || footer.recordBatchesLength() != batches()
                    || metadata.crcs().size() != batches()) {
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

    /** Sequence length, rows in a batch and separator. */
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

    /** Counts of the tokens of all rows. */
    public Histogram histogram() {
        return metadata.histogram();
    }

    /**
     * The tokens of batch {@code batch}: [rows, L] in row-major order.
     *
     * @throws IOException naming the file, if the batch is damaged
     */
    public byte[] read(int batch) throws IOException {
        int rows = layout.rowsIn(batch, metadata.rows());
        int length = rows * layout.sequenceLength();
        byte[] values;
        try {
            Block block = footer.recordBatches(batch);
            ByteBuffer content = file.read(block.offset(), Math.addExact(block.metaDataLength(), block.bodyLength()));
            Buffer buffer = valuesOf(batch, rows, content.duplicate().order(content.order()));
            long start = Math.addExact(block.metaDataLength(), buffer.offset());
            if (buffer.length() < length || start < 0 || start > content.limit() - length) {
                throw refuse(batch, "bytes=" + buffer.length(), length + " bytes of values");
            }
            values = new byte[length];
            content.get((int) start, values);
        } catch (RuntimeException e) {
            throw file.refuse("batch=" + batch + " error=" + e.getMessage(), "an intact record batch", e);
        }
        CRC32C crc = new CRC32C();
        crc.update(values);
        int expected = metadata.crcs().get(batch);
        if ((int) crc.getValue() != expected) {
            throw refuse(
                    batch,
                    "crc32c=" + CrcList.of(new int[] {(int) crc.getValue()}).text(),
                    hex(expected));
        }
        return values;
    }

    private Buffer valuesOf(int batch, int rows, ByteBuffer content) throws IOException {
        content.position(MESSAGE_PREFIX_BYTES);
        Message message = Message.getRootAsMessage(content);
        if (message.headerType() != MessageHeader.RecordBatch) {
            throw refuse(batch, "message=" + message.headerType(), "a record batch");
        }
        RecordBatch header = (RecordBatch) message.header(new RecordBatch());
        if (header == null
                || header.length() != rows
                || header.buffersLength() <= VALUES
                || header.compression() != null) {
            throw refuse(batch, "rows=" + (header == null ? 0 : header.length()), rows + " uncompressed rows");
        }
        return header.buffers(VALUES);
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

    /** L of the only column, {@code tokens: FixedSizeList<UInt8>[L]}. */
    private static int sequenceLength(ShardFile file, Schema schema) throws IOException {
        if (schema.fieldsLength() == 1) {
            Field tokens = schema.fields(0);
            if (ShardWriter.COLUMN.equals(tokens.name())
                    && tokens.typeType() == Type.FixedSizeList
                    && tokens.childrenLength() == 1
                    && tokens.children(0).typeType() == Type.Int) {
                Int element = (Int) tokens.children(0).type(new Int());
                if (element != null && element.bitWidth() == 8 && !element.isSigned()) {
                    return ((FixedSizeList) tokens.type(new FixedSizeList())).listSize();
                }
            }
        }
        throw file.refuse("another schema", "one column tokens: FixedSizeList<UInt8>", null);
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
