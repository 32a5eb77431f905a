// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Sums, accumulated in binary64. */
final class Reduction {
    private Reduction() {}

    /** Adds into a binary64 tensor of out's shape, which strides of zero spread over the input, and rounds at the end. */
    static void sum(Tensor in, Tensor out) {
        try (Tensor sums = Tensor.zeros(DType.FLOAT64, out.shape())) {
            Tensor spread = sums.view(in.shape(), spreadStrides(in.shape(), out.shape()), 0);
            if (in.dtype() == DType.FLOAT64) {
                Strided.forEachRun(
                        (addresses, steps, count) -> {
                            for (long i = 0; i < count; i++) {
                                add(addresses[1] + i * steps[1], Memory.getDouble(addresses[0] + i * steps[0]));
                            }
                        },
                        in,
                        spread);
            } else {
                Strided.forEachRun(
                        (addresses, steps, count) -> {
                            for (long i = 0; i < count; i++) {
                                add(addresses[1] + i * steps[1], Memory.getFloat(addresses[0] + i * steps[0]));
                            }
                        },
                        in,
                        spread);
            }
            Conversion.convert(sums, out);
        }
    }

    private static void add(long address, double value) {
        Memory.putDouble(address, Memory.getDouble(address) + value);
    }

    private static long[] spreadStrides(Shape in, Shape out) {
        long[] strides = out.contiguousStrides();
        for (int d = 0; d < strides.length; d++) {
            if (in.size(d) != out.size(d)) {
                strides[d] = 0;
            }
        }
        return strides;
    }
}
