// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;

/** Rotations of pairs of elements. */
final class Rotation {
    private Rotation() {}

    /** outA = a·cos − b·sin, outB = b·cos + a·sin. */
    static void rotate(Tensor a, Tensor b, Tensor cos, Tensor sin, Tensor outA, Tensor outB) {
        if (a.dtype() == DType.FLOAT64) {
            Strided.inParallel(Rotation::doubles, outA, outB, a, b, cos, sin);
        } else {
            Strided.inParallel(Rotation::floats, outA, outB, a, b, cos, sin);
        }
    }

    private static void doubles(long[] addresses, long[] steps, long count) {
        for (long i = 0; i < count; i++) {
            double x = Memory.getDouble(addresses[2] + i * steps[2]);
            double y = Memory.getDouble(addresses[3] + i * steps[3]);
            double c = Memory.getDouble(addresses[4] + i * steps[4]);
            double s = Memory.getDouble(addresses[5] + i * steps[5]);
            Memory.putDouble(addresses[0] + i * steps[0], x * c - y * s);
            Memory.putDouble(addresses[1] + i * steps[1], y * c + x * s);
        }
    }

    private static void floats(long[] addresses, long[] steps, long count) {
        for (long i = 0; i < count; i++) {
            float x = Memory.getFloat(addresses[2] + i * steps[2]);
            float y = Memory.getFloat(addresses[3] + i * steps[3]);
            float c = Memory.getFloat(addresses[4] + i * steps[4]);
            float s = Memory.getFloat(addresses[5] + i * steps[5]);
            Memory.putFloat(addresses[0] + i * steps[0], x * c - y * s);
            Memory.putFloat(addresses[1] + i * steps[1], y * c + x * s);
        }
    }
}
