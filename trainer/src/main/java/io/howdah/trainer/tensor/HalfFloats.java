// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

/** Conversions between binary32 and the two 16-bit formats, rounding to nearest even. */
public final class HalfFloats {
    private HalfFloats() {}

    /** The binary32 with these bfloat16 bits; exact. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bfloat16; NaN stays NaN, overflow becomes infinite. */
    public static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fff_ffff) > 0x7f80_0000) {
            return (short) ((bits >>> 16) | 0x0040);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The binary32 with these binary16 bits; exact. */
    public static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f80_0000 | (fraction << 13));
        }
        if (exponent != 0) {
            return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
        }
        float magnitude = fraction * 0x1p-24f;
        return sign == 0 ? magnitude : -magnitude;
    }

    /** The nearest binary16; NaN stays NaN, overflow becomes infinite, underflow gradual. */
    public static short toFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude > 0x7f80_0000) {
            return (short) (sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff));
        }
        if (magnitude >= 0x4780_0000) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude >= 0x3880_0000) {
            int rounded = magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1);
            return (short) (sign | (rounded >>> 13));
        }
        // Below the smallest normal: adding 0.5 makes the FPU round to a multiple of 2^-24.
        float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
        return (short) (sign | (Float.floatToRawIntBits(shifted) - 0x3f00_0000));
    }

    /**
     * The binary32 next to {@code value} whose last bit tells that something was cut off (rounding to odd), so that
     * rounding it again to 16 bits gives what rounding {@code value} once would.
     */
    public static float narrowed(double value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        if (nearest == value || Double.isNaN(value) || (bits & 1) == 1) {
            return nearest;
        }
        return Float.intBitsToFloat(Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits + 1);
    }

    /** As {@link #narrowed(double)}. */
    public static float narrowed(long value) {
        float nearest = (float) value;
        int bits = Float.floatToRawIntBits(nearest);
        boolean exact = nearest < 0x1p63f && (long) nearest == value;
        if (exact || (bits & 1) == 1) {
            return nearest;
        }
        boolean above = nearest == 0x1p63f || Math.abs((long) nearest) > Math.abs(value);
        return Float.intBitsToFloat(above ? bits - 1 : bits + 1);
    }
}
