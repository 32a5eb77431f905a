// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;

/** Copies between dtypes and layouts. */
final class Conversion {
    private Conversion() {}

    static void convert(Tensor in, Tensor out) {
        Strided.forEachRun(run(in.dtype(), out.dtype()), in, out);
    }

    private static Strided.Run run(DType from, DType to) {
        if (from == to) {
            return copy(from.bytes());
        }
        if (from == DType.FLOAT32 && to == DType.BFLOAT16) {
            return (addresses, steps, count) -> {
                for (long i = 0; i < count; i++) {
                    float value = Memory.getFloat(addresses[0] + i * steps[0]);
                    Memory.putShort(addresses[1] + i * steps[1], HalfFloats.toBfloat16(value));
                }
            };
        }
        if (from == DType.BFLOAT16 && to == DType.FLOAT32) {
            return (addresses, steps, count) -> {
                for (long i = 0; i < count; i++) {
                    short bits = Memory.getShort(addresses[0] + i * steps[0]);
                    Memory.putFloat(addresses[1] + i * steps[1], HalfFloats.fromBfloat16(bits));
                }
            };
        }
        if (from.isFloating() || to.isFloating()) {
            return (addresses, steps, count) -> {
                for (long i = 0; i < count; i++) {
                    Elements.put(to, addresses[1] + i * steps[1], Elements.get(from, addresses[0] + i * steps[0]));
                }
            };
        }
        return (addresses, steps, count) -> {
            for (long i = 0; i < count; i++) {
                long value = Elements.getLong(from, addresses[0] + i * steps[0]);
                Elements.putLong(to, addresses[1] + i * steps[1], value);
            }
        };
    }

    private static Strided.Run copy(int bytes) {
        return (addresses, steps, count) -> {
            if (steps[0] == bytes && steps[1] == bytes) {
                Memory.copy(addresses[0], addresses[1], count * bytes);
                return;
            }
            for (long i = 0; i < count; i++) {
                copyElement(bytes, addresses[0] + i * steps[0], addresses[1] + i * steps[1]);
            }
        };
    }

    private static void copyElement(int bytes, long from, long to) {
        switch (bytes) {
            case 8 -> Memory.putLong(to, Memory.getLong(from));
            case 4 -> Memory.putInt(to, Memory.getInt(from));
            case 2 -> Memory.putShort(to, Memory.getShort(from));
            default -> Memory.putByte(to, Memory.getByte(from));
        }
    }
}
