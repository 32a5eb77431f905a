// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/** Passes bytes on, counts them and computes their CRC-32C, for the {@link BlobInfo} of what was written. */
public final class ChecksumOutputStream extends FilterOutputStream {
    private final CRC32C checksum = new CRC32C();
    private long bytes;

    public ChecksumOutputStream(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
        checksum.update(value);
        bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
        checksum.update(source, offset, length);
        bytes += length;
    }

    /** Bytes written so far. */
    public long bytes() {
        return bytes;
    }

    /** What was written so far, under a blob's name. */
    public BlobInfo info(String name) {
        return new BlobInfo(name, bytes, (int) checksum.getValue());
    }
}
