// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Adds bodies of float32 to sums; the same for every link. */
final class Accumulator {
    private static final int BLOCK = 2048;

    private final float[] block = new float[BLOCK];
    private float[] sums = {};

    void add(ByteBuffer body) {
        FloatBuffer values = body.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        if (sums.length < values.remaining()) {
            sums = new float[values.remaining()];
        }
        for (int from = 0; values.hasRemaining(); from += BLOCK) {
            int count = Math.min(BLOCK, values.remaining());
            values.get(block, 0, count);
            add(from, count);
        }
    }

    private void add(int from, int count) {
        for (int i = 0; i < count; i++) {
            sums[from + i] += block[i];
        }
    }
}
