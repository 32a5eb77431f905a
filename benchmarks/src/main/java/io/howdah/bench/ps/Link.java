// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import java.io.IOException;

/** The client's end of one way to exchange bodies with another process. */
interface Link extends AutoCloseable {
    /** What is done with a body. */
    enum Act {
        /** The client sends it, the server adds it to sums as float32 and answers. */
        PUSH,
        /** The client asks for it and reads it into memory of its own. */
        PULL
    }

    /**
     * Some exchanges, of which several may be under way.
     *
     * @param bytes of a body
     * @param window most exchanges that are not answered
     * @param count exchanges
     */
    record Exchanges(Act act, int bytes, int window, int count) {}

    /** Does all exchanges; returns the nanoseconds from the start of each to its answer, in order. */
    long[] run(Exchanges exchanges) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
