// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import java.io.IOException;

/** Reads one slice of a dataset without end, epoch after epoch. Not safe for concurrent use. */
public interface ExampleReader extends AutoCloseable {
    /**
     * The next {@code examples} examples. A batch may span two epochs in {@link ReadOrder.Mode#SHUFFLED}; in {@link
     * ReadOrder.Mode#SEQUENTIAL} the reader ends with the first epoch, the last batch may be short and the one after it
     * has zero examples.
     *
     * @throws IOException naming the file, if it is truncated or fails its checksum
     */
    Batch next(int examples) throws IOException;

    /** Where the next call of {@link #next} begins. */
    Position position();

    @Override
    void close() throws IOException;
}
