// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.Arrays;

/**
 * A growing array of rows of equally many floats, in slabs: growth copies nothing but references, and slabs stay below the
 * size from which garbage collectors treat arrays specially and waste memory on each.
 */
final class FloatSlabs {
    private static final int SLAB_FLOATS = 1 << 14;

    /** What an array takes beside its elements. */
    static final int ARRAY_BYTES = 16;

    private final int stride;
    private final int shift;
    private final int mask;
    private float[][] slabs = new float[0][];
    private int count;

    /** @param stride floats of a row, at least 1 */
    FloatSlabs(int stride) {
        this.stride = stride;
        int rows = Integer.highestOneBit(Math.max(1, SLAB_FLOATS / stride));
        this.shift = Integer.numberOfTrailingZeros(rows);
        this.mask = rows - 1;
    }

    int stride() {
        return stride;
    }

    /** Makes room for row {@code row} and those before it; new rows are zeros. */
    void ensure(int row) {
        int needed = (row >>> shift) + 1;
        if (needed > slabs.length) {
            slabs = Arrays.copyOf(slabs, Math.max(needed, slabs.length * 2));
        }
        for (; count < needed; count++) {
            slabs[count] = new float[(mask + 1) * stride];
        }
    }

    /** The slab that holds a row. */
    float[] slab(int row) {
        return slabs[row >>> shift];
    }

    /** Place of a row's first element in its slab. */
    int at(int row) {
        return (row & mask) * stride;
    }

    void read(int row, float[] into, int at) {
        System.arraycopy(slab(row), at(row), into, at, stride);
    }

    void write(int row, float[] from, int at) {
        System.arraycopy(from, at, slab(row), at(row), stride);
    }

    /** Memory taken. */
    long bytes() {
        return (long) count * ((mask + 1L) * stride * Float.BYTES + ARRAY_BYTES) + (long) slabs.length * Integer.BYTES;
    }
}
