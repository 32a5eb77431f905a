// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/** Passes bytes on and checks, at the end of the stream, that length and CRC-32C are those of a {@link BlobInfo}. */
public final class ChecksumInputStream extends FilterInputStream {
    private final BlobInfo expected;
    private final String location;
    private final CRC32C checksum = new CRC32C();
    private long bytes;

    /** @param location where the blob lies, for messages */
    public ChecksumInputStream(InputStream in, BlobInfo expected, String location) {
        super(in);
        this.expected = expected;
        this.location = location;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        if (value < 0) {
            check();
        } else {
            checksum.update(value);
            bytes++;
        }
        return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        if (count < 0) {
            check();
        } else {
            checksum.update(target, offset, count);
            bytes += count;
        }
        return count;
    }

    /** Skipped bytes are read too, because they count for the checksum. */
    @Override
    public long skip(long count) throws IOException {
        byte[] skipped = new byte[(int) Math.min(Math.max(count, 0), 1 << 16)];
        return skipped.length == 0 ? 0 : Math.max(0, read(skipped, 0, skipped.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Reads what is left, so that the check covers the whole blob. */
    public void drain() throws IOException {
        transferTo(java.io.OutputStream.nullOutputStream());
    }

    private void check() throws IOException {
        if (bytes != expected.bytes() || (int) checksum.getValue() != expected.crc32c()) {
            throw new IOException(String.format(
                    "Cannot read blob: location=%s blob=%s bytes=%d crc32c=%08x, expected bytes=%d crc32c=%08x;"
                            + " use another checkpoint",
                    location, expected.name(), bytes, (int) checksum.getValue(), expected.bytes(), expected.crc32c()));
        }
    }
}
