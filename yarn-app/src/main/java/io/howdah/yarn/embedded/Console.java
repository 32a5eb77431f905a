// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Where the demonstration prints, until somebody ends it: what breaks because of that is not worth reading. */
final class Console extends OutputStream {
    private final OutputStream target;
    private boolean ended;

    Console(OutputStream target) {
        this.target = target;
    }

    @Override
    public synchronized void write(int value) throws IOException {
        if (!ended) {
            target.write(value);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        if (!ended) {
            target.write(bytes, offset, length);
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        target.flush();
    }

    /** Prints a line and drops whatever others write from now on. */
    synchronized void printLast(String line) {
        ended = true;
        try {
            target.write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
            target.flush();
        } catch (IOException e) {
            // Nobody is there to read it.
        }
    }
}
