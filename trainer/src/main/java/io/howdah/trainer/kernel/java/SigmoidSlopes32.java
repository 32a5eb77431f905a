// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/** gradient · f′(x) for functions made of eˣ, in binary32; the result replaces x. */
final class SigmoidSlopes32 {
    private static final float INVERSE_SQRT_2PI = (float) (1 / Math.sqrt(2 * Math.PI));

    private SigmoidSlopes32() {}

    /** σ(x)(1 − σ(x)). */
    static void sigmoid(float[] x, float[] gradient, int count) {
        Sigmoids32.sigmoid(x, count);
        sigmoidOfResult(x, gradient, count);
    }

    /** y(1 − y) of y = σ(x). */
    static void sigmoidOfResult(float[] y, float[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            y[i] = gradient[i] * (y[i] * (1 - y[i]));
        }
    }

    /** 1 − tanh²x. */
    static void tanh(float[] x, float[] gradient, int count) {
        Sigmoids32.tanh(x, count);
        tanhOfResult(x, gradient, count);
    }

    /** 1 − y² of y = tanh x. */
    static void tanhOfResult(float[] y, float[] gradient, int count) {
        for (int i = 0; i < count; i++) {
            y[i] = gradient[i] * ((1 - y[i]) * (1 + y[i]));
        }
    }

    /** σ(x)(1 + x(1 − σ(x))). */
    static void silu(float[] x, float[] gradient, int count) {
        float[] gates = x.clone();
        Sigmoids32.sigmoid(gates, count);
        for (int i = 0; i < count; i++) {
            x[i] = gradient[i] * (gates[i] * (1 + x[i] * (1 - gates[i])));
        }
    }

    /** Φ(x) + x·φ(x). */
    static void gelu(float[] x, float[] gradient, int count) {
        float[] tails = Sigmoids32.tails(x, count);
        float[] densities = new float[x.length];
        for (int i = 0; i < count; i++) {
            densities[i] = -0.5f * x[i] * x[i];
        }
        Exponential.exp(densities, count);
        for (int i = 0; i < count; i++) {
            float sign = Math.min(Math.max(x[i] * 1e38f, -1), 1);
            float cumulative = 0.5f + sign * (0.5f - tails[i]);
            float bounded = Math.min(Math.max(x[i], -1e4f), 1e4f);
            x[i] = gradient[i] * (cumulative + bounded * INVERSE_SQRT_2PI * densities[i]);
        }
    }

    /** σ(2a) + x·σ(2a)(1 − σ(2a))·2a′ with a = √(2/π)(x + 0.044715x³). */
    static void geluTanh(float[] x, float[] gradient, int count) {
        float[] gates = Sigmoids32.geluGates(x, count);
        for (int i = 0; i < count; i++) {
            float bounded = Math.min(Math.max(x[i], -1e4f), 1e4f);
            float slope = Sigmoids32.TANH_SLOPE * (1 + 3 * Sigmoids32.TANH_CUBE * bounded * bounded);
            x[i] = gradient[i] * (gates[i] + bounded * gates[i] * (1 - gates[i]) * slope);
        }
    }
}
