// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Memory;

/** Copies arrays to equally spaced elements of any dtype; rounds once, integers truncate or keep their low bits. */
final class ElementStores {
    private ElementStores() {}

    static void store(DType dtype, long address, long step, float[] from, int start, int count) {
        switch (dtype) {
            case FLOAT32 -> {
                if (step == Float.BYTES) {
                    Memory.copy(from, start, address, count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Memory.putFloat(address + i * step, from[start + i]);
                }
            }
            case BFLOAT16 -> storeBrains(address, step, from, start, count);
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putShort(address + i * step, HalfFloats.toFloat16(from[start + i]));
                }
            }
            case FLOAT64 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putDouble(address + i * step, from[start + i]);
                }
            }
            case INT64 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putLong(address + i * step, (long) from[start + i]);
                }
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putInt(address + i * step, (int) from[start + i]);
                }
            }
            case UINT8 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putByte(address + i * step, (byte) (long) from[start + i]);
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    Memory.putByte(address + i * step, (byte) (from[start + i] != 0 ? 1 : 0));
                }
            }
        }
    }

    /** As {@link HalfFloats#toBfloat16}, without branches so that the JVM vectorises it. */
    private static void storeBrains(long address, long step, float[] from, int start, int count) {
        int[] bits = new int[count];
        Memory.reinterpret(from, start, bits, count);
        for (int i = 0; i < count; i++) {
            int nan = (0x7f80_0000 - (bits[i] & 0x7fff_ffff)) >> 31;
            int up = (0x7fff + (bits[i] >>> 16 & 1)) & ~nan;
            bits[i] = ((bits[i] + up) | (nan & 0x40_0000)) >>> 16;
        }
        for (int i = 0; i < count; i++) {
            Memory.putShort(address + i * step, (short) bits[i]);
        }
    }

    static void store(DType dtype, long address, long step, double[] from, int start, int count) {
        switch (dtype) {
            case FLOAT64 -> {
                if (step == Double.BYTES) {
                    Memory.copy(from, start, address, count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Memory.putDouble(address + i * step, from[start + i]);
                }
            }
            case FLOAT32 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putFloat(address + i * step, (float) from[start + i]);
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    float value = HalfFloats.narrowed(from[start + i]);
                    Memory.putShort(address + i * step, HalfFloats.toBfloat16(value));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    float value = HalfFloats.narrowed(from[start + i]);
                    Memory.putShort(address + i * step, HalfFloats.toFloat16(value));
                }
            }
            case INT64 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putLong(address + i * step, (long) from[start + i]);
                }
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putInt(address + i * step, (int) from[start + i]);
                }
            }
            case UINT8 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putByte(address + i * step, (byte) (long) from[start + i]);
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    Memory.putByte(address + i * step, (byte) (from[start + i] != 0 ? 1 : 0));
                }
            }
        }
    }

    static void store(DType dtype, long address, long step, long[] from, int start, int count) {
        switch (dtype) {
            case INT64 -> {
                if (step == Long.BYTES) {
                    Memory.copy(from, start, address, count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Memory.putLong(address + i * step, from[start + i]);
                }
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putInt(address + i * step, (int) from[start + i]);
                }
            }
            case UINT8 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putByte(address + i * step, (byte) from[start + i]);
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    Memory.putByte(address + i * step, (byte) (from[start + i] != 0 ? 1 : 0));
                }
            }
            case FLOAT64 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putDouble(address + i * step, (double) from[start + i]);
                }
            }
            case FLOAT32 -> {
                for (int i = 0; i < count; i++) {
                    Memory.putFloat(address + i * step, (float) from[start + i]);
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    float value = HalfFloats.narrowed(from[start + i]);
                    Memory.putShort(address + i * step, HalfFloats.toBfloat16(value));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    float value = HalfFloats.narrowed(from[start + i]);
                    Memory.putShort(address + i * step, HalfFloats.toFloat16(value));
                }
            }
        }
    }
}
