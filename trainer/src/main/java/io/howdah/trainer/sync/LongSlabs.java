// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.Arrays;

/** A growing array of longs, in slabs as {@link FloatSlabs}. */
final class LongSlabs {
    private static final int SHIFT = 13;
    private static final int MASK = (1 << SHIFT) - 1;

    private long[][] slabs = new long[0][];
    private int count;

    /** Makes room for element {@code index} and those before it; new ones are 0. */
    void ensure(int index) {
        int needed = (index >>> SHIFT) + 1;
        if (needed > slabs.length) {
            slabs = Arrays.copyOf(slabs, Math.max(needed, slabs.length * 2));
        }
        for (; count < needed; count++) {
            slabs[count] = new long[MASK + 1];
        }
    }

    long get(int index) {
        return slabs[index >>> SHIFT][index & MASK];
    }

    void set(int index, long value) {
        slabs[index >>> SHIFT][index & MASK] = value;
    }

    /** Memory taken. */
    long bytes() {
        return (long) count * ((MASK + 1L) * Long.BYTES + FloatSlabs.ARRAY_BYTES) + (long) slabs.length * Integer.BYTES;
    }
}
