// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/**
 * Sums of squares in double precision whose bits do not depend on how the elements are cut: element e of a tensor goes to
 * lane e mod 4, the lanes are added as (0 + 1) + (2 + 3), and blocks in order. Four lanes, because one chain of dependent
 * additions would take four times as long.
 */
final class LaneSums {
    private static final int LANES = 4;

    private final double[][] lanes;

    LaneSums(int blocks) {
        lanes = new double[blocks][LANES];
    }

    /** Adds the squares of {@code length} values from {@code at} on, the first of which is element {@code element}. */
    void addSquares(int block, float[] values, int at, int length, int element) {
        double[] sums = lanes[block];
        int end = at + length;
        int i = at;
        int shift = element - at;
        for (; i < end && ((i + shift) & 3) != 0; i++) {
            sums[(i + shift) & 3] += (double) values[i] * values[i];
        }
        double a = sums[0];
        double b = sums[1];
        double c = sums[2];
        double d = sums[3];
        for (; i + 3 < end; i += LANES) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        sums[0] = a;
        sums[1] = b;
        sums[2] = c;
        sums[3] = d;
        for (; i < end; i++) {
            sums[(i + shift) & 3] += (double) values[i] * values[i];
        }
    }

    /** The sum of block {@code block}. */
    double of(int block) {
        double[] sums = lanes[block];
        return (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }

    /** The sum of all blocks, in order. */
    double total() {
        double total = 0;
        for (int block = 0; block < lanes.length; block++) {
            total += of(block);
        }
        return total;
    }
}
