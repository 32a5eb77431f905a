// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/** Functions made of eˣ in binary32, over arrays, without branches so that the JVM vectorises them. */
final class Sigmoids32 {
    static final float TANH_SLOPE = (float) (2 * Math.sqrt(2 / Math.PI));
    static final float TANH_CUBE = 0.044715f;
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);

    /** Below this tanh is a polynomial, because 1 − e⁻²ˣ would cancel. */
    private static final float SMALL = 0.625f;

    /** Beyond this tanh is 1. */
    private static final float LARGE = 20f;

    private Sigmoids32() {}

    /** x = 1 / (1 + e⁻ˣ). */
    static void sigmoid(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = -x[i];
        }
        Exponential.exp(x, count);
        for (int i = 0; i < count; i++) {
            x[i] = 1 / (1 + x[i]);
        }
    }

    /** x = x · sigmoid(x). */
    static void silu(float[] x, int count) {
        float[] gates = x.clone();
        sigmoid(gates, count);
        for (int i = 0; i < count; i++) {
            x[i] *= gates[i];
        }
    }

    /** x = x · Φ(x). */
    static void gelu(float[] x, int count) {
        float[] tails = tails(x, count);
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(x[i], 0) - Math.abs(x[i]) * tails[i];
        }
    }

    /**
     * Φ(−|x|) = ½ erfc(|x|/√2), to a relative error of 1.2·10⁻⁷ before rounding.
     *
     * <p>Source: W. H. Press et al., Numerical Recipes in C, 2nd edition 1992, §6.2 (erfcc).
     */
    static float[] tails(float[] x, int count) {
        float[] powers = new float[x.length];
        float[] factors = new float[x.length];
        for (int i = 0; i < count; i++) {
            float z = Math.abs(x[i]) * SQRT_HALF;
            float t = 1 / (1 + 0.5f * z);
            float p = 0.17087277f;
            p = p * t - 0.82215223f;
            p = p * t + 1.48851587f;
            p = p * t - 1.13520398f;
            p = p * t + 0.27886807f;
            p = p * t - 0.18628806f;
            p = p * t + 0.09678418f;
            p = p * t + 0.37409196f;
            p = p * t + 1.00002368f;
            p = p * t - 1.26551223f;
            powers[i] = p - z * z;
            factors[i] = 0.5f * t;
        }
        Exponential.exp(powers, count);
        for (int i = 0; i < count; i++) {
            powers[i] *= factors[i];
        }
        return powers;
    }

    /** x = x · sigmoid(2√(2/π)(x + 0.044715x³)), which is ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
    static void geluTanh(float[] x, int count) {
        float[] gates = geluGates(x, count);
        for (int i = 0; i < count; i++) {
            x[i] *= gates[i];
        }
    }

    static float[] geluGates(float[] x, int count) {
        float[] gates = new float[x.length];
        for (int i = 0; i < count; i++) {
            gates[i] = TANH_SLOPE * (x[i] + TANH_CUBE * x[i] * x[i] * x[i]);
        }
        sigmoid(gates, count);
        return gates;
    }

    /**
     * x = tanh x.
     *
     * <p>Source of the polynomial: S. Moshier, Cephes mathematical library (tanhf).
     */
    static void tanh(float[] x, int count) {
        float[] powers = new float[x.length];
        for (int i = 0; i < count; i++) {
            powers[i] = -2 * Math.min(Math.max(x[i], -LARGE), LARGE);
        }
        Exponential.exp(powers, count);
        for (int i = 0; i < count; i++) {
            float far = (1 - powers[i]) / (1 + powers[i]);
            float near = Math.min(Math.max(x[i], -SMALL), SMALL);
            float square = near * near;
            float p = -5.70498872745e-3f;
            p = p * square + 2.06390887954e-2f;
            p = p * square - 5.37397155531e-2f;
            p = p * square + 1.33314422036e-1f;
            p = p * square - 3.33332819422e-1f;
            near = p * square * near + near;
            // 0 where |x| is small, else 1.
            float choice = Math.min(Math.max((Math.abs(x[i]) - SMALL) * 1e30f, 0), 1);
            x[i] = near * (1 - choice) + far * choice;
        }
    }
}
