// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.FSDataOutputStream;

/**
 * A file that others read while it is written: {@link #flush} makes what was written visible to them, at most once in a few
 * seconds, since that is a round trip to the datanodes.
 */
final class VisibleOutputStream extends OutputStream {
    private static final long PAUSE_MILLIS = 2_000;

    private final FSDataOutputStream out;
    private final LongSupplier clockMillis;
    private long flushedMillis;

    VisibleOutputStream(FSDataOutputStream out, LongSupplier clockMillis) {
        this.out = out;
        this.clockMillis = clockMillis;
        this.flushedMillis = clockMillis.getAsLong();
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        out.write(bytes, from, count);
    }

    @Override
    public void flush() throws IOException {
        long now = clockMillis.getAsLong();
        if (now - flushedMillis >= PAUSE_MILLIS) {
            out.hflush();
            flushedMillis = now;
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
