// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

/**
 * exp in float32 by operations that vectors have too: x = n·ln 2 + r, a polynomial of degree 6 in r, and n into the
 * exponent. Within 2 units in the last place; arguments are cut to [{@value #LEAST}, {@value #MOST}].
 */
public final class Exponential {
    public static final float LEAST = -87.0f;
    static final float MOST = 88.0f;
    public static final float LOG2_E = 1.44269504f;
    /** Adding 1.5 · 2²³ leaves the nearest whole number in the low bits. */
    public static final float MAGIC = 12582912f;

    public static final float LN2_HIGH = 0.693359375f;
    public static final float LN2_LOW = -2.12194440e-4f;
    public static final float C6 = 1.9875691500e-4f;
    public static final float C5 = 1.3981999507e-3f;
    public static final float C4 = 8.3334519073e-3f;
    public static final float C3 = 4.1665795894e-2f;
    public static final float C2 = 1.6666665459e-1f;
    public static final float C1 = 5.0000001201e-1f;
    public static final int EXPONENT = 23;

    private Exponential() {}

    public static float of(float argument) {
        float x = Math.min(Math.max(argument, LEAST), MOST);
        float shifted = Math.fma(x, LOG2_E, MAGIC);
        float n = shifted - MAGIC;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(C6, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r, C1);
        float value = Math.fma(p, r * r, r) + 1f;
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) + (Float.floatToRawIntBits(shifted) << EXPONENT));
    }
}
