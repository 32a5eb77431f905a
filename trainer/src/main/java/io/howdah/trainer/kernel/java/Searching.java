// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Tensor;

/** Finds the first extreme element of every line. */
final class Searching {
    private Searching() {}

    static void argReduce(boolean largest, Tensor in, int dimension, Tensor values, Tensor indices) {
        try (Straight straight = Straight.of(Lines.along(in, dimension))) {
            find(largest, straight.tensor(), Lines.along(indices, dimension));
        }
        Gathering.gather(in, dimension, indices, values);
    }

    private static void find(boolean largest, Tensor lines, Tensor found) {
        int length = Math.toIntExact(lines.size(-1));
        Lines.each(Lines.count(lines), length, (from, to) -> {
            Keys keys = new Keys(lines, length);
            keys.seek(from * length);
            Cursor target = new Cursor(found, from);
            long[] line = new long[length];
            long[] place = new long[1];
            for (long i = from; i < to; i++) {
                keys.read(line, length);
                place[0] = largest ? largest(line) : smallest(keys, line);
                target.write(place, 1);
            }
        });
    }

    private static int largest(long[] keys) {
        int best = 0;
        long greatest = keys[0];
        for (int i = 1; i < keys.length; i++) {
            if (keys[i] > greatest) {
                greatest = keys[i];
                best = i;
            }
        }
        return best;
    }

    /** NaN counts as smallest. */
    private static int smallest(Keys order, long[] keys) {
        int best = 0;
        for (int i = 1; i < keys.length && !order.isNan(keys[best]); i++) {
            if (keys[i] < keys[best] || order.isNan(keys[i])) {
                best = i;
            }
        }
        return best;
    }
}
