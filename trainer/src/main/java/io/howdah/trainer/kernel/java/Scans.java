// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Scan;
import io.howdah.trainer.tensor.Tensor;

/** Running sums and products along lines, in binary64 or in 64-bit integers. */
final class Scans {
    private static final int CHUNK = Elementwise.CHUNK;

    private Scans() {}

    static void scan(Scan function, Tensor in, int dimension, Tensor out) {
        Tensor lines = Lines.along(in, dimension);
        if (Straight.isAcross(lines)) {
            try (Straight straight = Straight.of(lines)) {
                scan(function, straight.tensor(), -1, straight.tensor());
                Copying.copy(straight.tensor(), Lines.along(out, dimension));
            }
            return;
        }
        Tensor results = Lines.along(out, dimension);
        long length = lines.size(-1);
        Lines.each(Lines.count(lines), length, (from, to) -> {
            Cursor source = new Cursor(lines, from * length);
            Cursor target = new Cursor(results, from * length);
            for (long i = from; i < to; i++) {
                if (in.dtype().isFloating()) {
                    scan(function, source, target, length);
                } else {
                    scanIntegers(function, source, target, length);
                }
            }
        });
    }

    private static void scan(Scan function, Cursor from, Cursor to, long length) {
        double[] x = new double[(int) Math.min(CHUNK, length)];
        double running = function == Scan.SUM ? 0 : 1;
        for (long done = 0; done < length; done += CHUNK) {
            int count = (int) Math.min(CHUNK, length - done);
            from.read(x, count);
            for (int i = 0; i < count; i++) {
                running = function == Scan.SUM ? running + x[i] : running * x[i];
                x[i] = running;
            }
            to.write(x, count);
        }
    }

    private static void scanIntegers(Scan function, Cursor from, Cursor to, long length) {
        long[] x = new long[(int) Math.min(CHUNK, length)];
        long running = function == Scan.SUM ? 0 : 1;
        for (long done = 0; done < length; done += CHUNK) {
            int count = (int) Math.min(CHUNK, length - done);
            from.read(x, count);
            for (int i = 0; i < count; i++) {
                running = function == Scan.SUM ? running + x[i] : running * x[i];
                x[i] = running;
            }
            to.write(x, count);
        }
    }
}
