// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import io.howdah.bench.Measurement;
import java.util.function.Supplier;

/**
 * An operation to measure.
 *
 * @param key its name and inputs
 * @param work floating-point operations, or bytes of tensors read and written, of one call
 * @param unit GFLOP/s or GB/s
 * @param prepare makes the inputs and returns the call
 */
record OpCase(Row.Key key, double work, String unit, Supplier<Runnable> prepare) {
    static final String FLOPS = "GFLOP/s";
    static final String BYTES = "GB/s";

    Row measure(double seconds) {
        double median = Measurement.median(prepare.get(), seconds);
        return new Row(key, median * 1e6, work / median / 1e9, unit);
    }
}
