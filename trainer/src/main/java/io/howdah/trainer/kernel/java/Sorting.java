// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Stable sorts of lines. */
final class Sorting {
    private static final long LOW_HALF = 0xffff_ffffL;

    private Sorting() {}

    static void sort(Tensor in, int dimension, boolean descending, Tensor values, Tensor indices) {
        try (Straight straight = Straight.of(Lines.along(in, dimension))) {
            sort(descending, straight.tensor(), Lines.along(indices, dimension));
        }
        Gathering.gather(in, dimension, indices, values);
    }

    private static void sort(boolean descending, Tensor lines, Tensor places) {
        int length = Math.toIntExact(lines.size(-1));
        Lines.each(Lines.count(lines), length, (from, to) -> {
            Keys keys = new Keys(lines, length);
            keys.seek(from * length);
            Cursor target = new Cursor(places, from * length);
            long[] line = new long[length];
            long[] order = new long[length];
            long[] spare = new long[keys.isNarrow() ? 0 : length];
            for (long i = from; i < to; i++) {
                keys.read(line, length);
                if (descending) {
                    for (int j = 0; j < length; j++) {
                        line[j] = ~line[j];
                    }
                }
                target.write(keys.isNarrow() ? packed(line) : merged(line, order, spare), length);
            }
        });
    }

    /** The positions in the order of 32-bit keys, which are sorted together with their positions. */
    private static long[] packed(long[] keys) {
        for (int i = 0; i < keys.length; i++) {
            keys[i] = keys[i] << 32 | i;
        }
        Arrays.sort(keys);
        for (int i = 0; i < keys.length; i++) {
            keys[i] &= LOW_HALF;
        }
        return keys;
    }

    /** The positions in the order of their keys, by merging ever longer runs; the result is one of both arrays. */
    private static long[] merged(long[] keys, long[] positions, long[] spare) {
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i;
        }
        long[] from = positions;
        long[] to = spare;
        for (long width = 1; width < keys.length; width = 2 * width) {
            for (long start = 0; start < keys.length; start += 2 * width) {
                long middle = Math.min(start + width, keys.length);
                merge(keys, from, to, (int) start, (int) middle, (int) Math.min(middle + width, keys.length));
            }
            long[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void merge(long[] keys, long[] from, long[] to, int start, int middle, int end) {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takeLeft = right == end || left < middle && keys[(int) from[left]] <= keys[(int) from[right]];
            to[i] = from[takeLeft ? left++ : right++];
        }
    }
}
