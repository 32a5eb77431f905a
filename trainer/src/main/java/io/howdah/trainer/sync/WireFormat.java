// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Converts between FP32 arrays and the little-endian wire dtypes, in blocks that stay in the first-level cache. */
final class WireFormat {
    /** Most elements of one call. */
    static final int BLOCK = 2048;

    private static final float[] FLOAT16_VALUES = float16Values();

    private final short[] shorts = new short[BLOCK];

    private static float[] float16Values() {
        float[] values = new float[1 << 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = HalfFloats.fromFloat16((short) i);
        }
        return values;
    }

    /** Refuses dtypes that parameters and gradients do not travel in. */
    static void check(DType dtype) {
        switch (dtype) {
            case FLOAT32, BFLOAT16, FLOAT16 -> {}
            default ->
                throw new IllegalArgumentException("Cannot use wire dtype: dtype=" + dtype
                        + ", expected float32, bfloat16 or float16; convert the tensor first");
        }
    }

    /** Reads {@code count} elements from {@code element} of {@code bytes} to the beginning of {@code into}. */
    void decode(DType dtype, ByteBuffer bytes, int element, float[] into, int count) {
        decode(dtype, bytes, element, into, 0, count);
    }

    /** Reads {@code count} elements from {@code element} of {@code bytes} to {@code into} from {@code at} on. */
    void decode(DType dtype, ByteBuffer bytes, int element, float[] into, int at, int count) {
        ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        switch (dtype) {
            case FLOAT32 -> little.asFloatBuffer().get(element, into, at, count);
            case BFLOAT16 -> {
                little.asShortBuffer().get(element, shorts, 0, count);
                for (int i = 0; i < count; i++) {
                    into[at + i] = Float.intBitsToFloat(shorts[i] << 16);
                }
            }
            case FLOAT16 -> {
                little.asShortBuffer().get(element, shorts, 0, count);
                for (int i = 0; i < count; i++) {
                    into[at + i] = FLOAT16_VALUES[shorts[i] & 0xffff];
                }
            }
            default -> check(dtype);
        }
    }

    /** Appends {@code count} elements of {@code from} to {@code into}, rounding to nearest even. */
    void encode(DType dtype, float[] from, int start, int count, ByteBuffer into) {
        ByteBuffer little = into.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        switch (dtype) {
            case FLOAT32 -> little.asFloatBuffer().put(from, start, count);
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    shorts[i] = HalfFloats.toBfloat16(from[start + i]);
                }
                little.asShortBuffer().put(shorts, 0, count);
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    shorts[i] = HalfFloats.toFloat16(from[start + i]);
                }
                little.asShortBuffer().put(shorts, 0, count);
            }
            default -> check(dtype);
        }
        into.position(into.position() + count * dtype.bytes());
    }
}
