// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** An open shard as bytes of known length; every refusal of a shard is worded here. */
final class ShardFile implements AutoCloseable {
    private final Path path;
    private final long bytes;
    private final FSDataInputStream stream;

    ShardFile(Path path, long bytes, FSDataInputStream stream) {
        this.path = path;
        this.bytes = bytes;
        this.stream = stream;
    }

    long bytes() {
        return bytes;
    }

    /** {@code length} bytes from {@code offset} on, little-endian. */
    ByteBuffer read(long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || length > Integer.MAX_VALUE - 8 || offset > bytes - length) {
            throw refuse("offset=" + offset + " length=" + length, "a range inside its " + bytes + " bytes", null);
        }
        byte[] content = new byte[(int) length];
        try {
            stream.seek(offset);
            stream.readFully(content);
        } catch (EOFException e) {
            throw refuse("end of file before byte " + (offset + length), bytes + " bytes", e);
        } catch (IOException e) {
            throw refuse("error=" + e.getMessage(), "a readable file", e);
        }
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The error for this file: {@code found} instead of {@code expected}. */
    IOException refuse(String found, String expected, @Nullable Exception cause) {
        return new IOException(
                "Cannot read shard: path=" + path + " " + found + ", expected " + expected
                        + "; run preprocess or datagen again",
                cause);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
