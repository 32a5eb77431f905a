// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.data.Column;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Draws examples from a known distribution. Safe for concurrent use. */
interface Generator {
    /** The columns of every example. */
    List<Column> columns();

    /**
     * Draws one example, which depends on the seed and {@code number} alone.
     *
     * @param number which example
     * @param row little-endian buffers, one per column, each as long as one value of its column; filled from index 0 on
     *     with positions unchanged
     */
    void draw(long number, ByteBuffer[] row);

    /**
     * Facts that models need, and the best score that any model can reach on {@code count} examples from {@code first} on.
     *
     * @throws IllegalArgumentException in one line, if these examples are too few for a score
     */
    Map<String, String> properties(long first, long count);
}
