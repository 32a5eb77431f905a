// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import java.util.Locale;

/**
 * One measured operation.
 *
 * @param key what was measured
 * @param microseconds median of one call
 * @param rate GFLOP/s or GB/s
 * @param unit which of the two
 */
record Row(Key key, double microseconds, double rate, String unit) {
    /**
     * Which operation, on what.
     *
     * @param op name
     * @param shape sizes, for readers
     * @param dtype float32, bfloat16 …
     */
    record Key(String op, String shape, String dtype) {}

    /** As a line of words and {@code key=value} pairs. */
    String line() {
        return String.format(
                Locale.ROOT,
                "howdah ops op=%s shape=%s dtype=%s us=%.1f %s=%.1f",
                key.op().replace(' ', '_'),
                key.shape().replace(' ', '_'),
                key.dtype(),
                microseconds,
                unit.equals("GFLOP/s") ? "gflops" : "gbps",
                rate);
    }
}
