// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Memory;

/**
 * eˣ of arrays in binary32, to within about one unit in the last place: x = n·ln 2 + r with |r| ≤ ½ ln 2, a polynomial for
 * eʳ, and 2ⁿ put together from its bits. All loops are of the kind that the JVM vectorises.
 *
 * <p>Source of the polynomial: S. Moshier, Cephes mathematical library (expf).
 */
final class Exponential {
    private static final int CHUNK = Elementwise.CHUNK;
    private static final float INVERSE_LN_2 = 1.44269504f;

    /** ln 2 in two parts, the first of which has so few bits that n times it is exact. */
    private static final float LN_2_HIGH = 0.693359375f;

    private static final float LN_2_LOW = -2.12194440e-4f;

    /** Adding it rounds to an integer, which then stands in the lowest bits: 1.5 · 2²³. */
    private static final float ROUND = 12582912f;

    private static final int ROUND_BITS = 0x4b40_0000;

    /** Beyond these the result is 0 or infinite. */
    private static final float LOWEST = -104f;

    private static final float HIGHEST = 89f;

    private static final ThreadLocal<Exponential> LOCAL = ThreadLocal.withInitial(Exponential::new);

    private final float[] input = new float[CHUNK];
    private final float[] rounded = new float[CHUNK];
    private final float[] powers = new float[CHUNK];
    private final int[] bits = new int[CHUNK];
    private final int[] halves = new int[CHUNK];

    private Exponential() {}

    /** x[i] = exp(x[i]) for the first {@code count} elements. */
    static void exp(float[] x, int count) {
        Exponential local = LOCAL.get();
        for (int start = 0; start < count; start += CHUNK) {
            int length = Math.min(CHUNK, count - start);
            System.arraycopy(x, start, local.input, 0, length);
            local.apply(local.input, length);
            System.arraycopy(local.input, 0, x, start, length);
        }
    }

    private void apply(float[] x, int count) {
        polynomial(x, rounded, count);
        Memory.reinterpret(rounded, 0, bits, count);
        for (int i = 0; i < count; i++) {
            int n = bits[i] - ROUND_BITS;
            int half = n >> 1;
            halves[i] = (half + 127) << 23;
            bits[i] = (n - half + 127) << 23;
        }
        Memory.reinterpret(halves, powers, count);
        multiply(x, powers, count);
        Memory.reinterpret(bits, powers, count);
        multiply(x, powers, count);
    }

    private static void polynomial(float[] x, float[] rounded, int count) {
        for (int i = 0; i < count; i++) {
            float bounded = Math.min(Math.max(x[i], LOWEST), HIGHEST);
            float shifted = bounded * INVERSE_LN_2 + ROUND;
            float n = shifted - ROUND;
            float r = bounded - n * LN_2_HIGH - n * LN_2_LOW;
            float p = 1.9875691500e-4f;
            p = p * r + 1.3981999507e-3f;
            p = p * r + 8.3334519073e-3f;
            p = p * r + 4.1665795894e-2f;
            p = p * r + 1.6666665459e-1f;
            p = p * r + 5.0000001201e-1f;
            rounded[i] = shifted;
            x[i] = p * (r * r) + r + 1;
        }
    }

    private static void multiply(float[] x, float[] factors, int count) {
        for (int i = 0; i < count; i++) {
            x[i] *= factors[i];
        }
    }
}
