// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Memory;
import java.util.Arrays;

/** Copies equally spaced elements of any dtype into arrays. */
final class ElementLoads {
    private ElementLoads() {}

    static void load(DType dtype, long address, long step, float[] to, int start, int count) {
        if (dtype == DType.FLOAT32 && step == Float.BYTES) {
            Memory.copy(address, to, start, count);
            return;
        }
        if (step == 0) {
            load(dtype, address, dtype.bytes(), to, start, 1);
            Arrays.fill(to, start, start + count, to[start]);
            return;
        }
        switch (dtype) {
            case FLOAT32 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getFloat(address + i * step);
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = HalfFloats.fromBfloat16(Memory.getShort(address + i * step));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = HalfFloats.fromFloat16(Memory.getShort(address + i * step));
                }
            }
            case FLOAT64 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = (float) Memory.getDouble(address + i * step);
                }
            }
            case INT64 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getLong(address + i * step);
                }
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getInt(address + i * step);
                }
            }
            case UINT8, BOOL -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getByte(address + i * step) & 0xff;
                }
            }
        }
    }

    static void load(DType dtype, long address, long step, double[] to, int start, int count) {
        if (dtype == DType.FLOAT64 && step == Double.BYTES) {
            Memory.copy(address, to, start, count);
            return;
        }
        if (step == 0) {
            load(dtype, address, dtype.bytes(), to, start, 1);
            Arrays.fill(to, start, start + count, to[start]);
            return;
        }
        switch (dtype) {
            case FLOAT64 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getDouble(address + i * step);
                }
            }
            case FLOAT32 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getFloat(address + i * step);
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = HalfFloats.fromBfloat16(Memory.getShort(address + i * step));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = HalfFloats.fromFloat16(Memory.getShort(address + i * step));
                }
            }
            case INT64 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getLong(address + i * step);
                }
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getInt(address + i * step);
                }
            }
            case UINT8, BOOL -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getByte(address + i * step) & 0xff;
                }
            }
        }
    }

    /** Of an integral dtype or bool. */
    static void load(DType dtype, long address, long step, long[] to, int start, int count) {
        switch (dtype) {
            case INT64 -> {
                if (step == Long.BYTES) {
                    Memory.copy(address, to, start, count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getLong(address + i * step);
                }
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getInt(address + i * step);
                }
            }
            case UINT8, BOOL -> {
                for (int i = 0; i < count; i++) {
                    to[start + i] = Memory.getByte(address + i * step) & 0xff;
                }
            }
            case FLOAT64, FLOAT32, FLOAT16, BFLOAT16 ->
                throw new IllegalArgumentException("Cannot read integers: dtype=" + dtype
                        + ", expected an integral dtype or bool; convert the tensor first");
        }
    }
}
