// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/**
 * The logistic function and the hyperbolic tangent of parts of arrays, in place. The fast forms err by less than
 * float32 can tell; they consist of multiplications, so that the JVM makes vector code of their loops.
 */
final class Logistic {
    /** e^−x vanishes beside 1, and 1 beside it, beyond this. */
    private static final double BOUND = 44;

    /** eˣ = (e^(x/512))^512: nine squarings of a short series. */
    private static final double STEP = 1.0 / 512;

    private Logistic() {}

    /** x = 1 / (1 + e⁻ˣ). */
    static void sigmoid(double[] x, int from, int to, boolean fast) {
        if (fast) {
            inverse(x, from, to, -1);
        } else {
            for (int i = from; i < to; i++) {
                x[i] = 1 / (1 + Math.exp(-x[i]));
            }
        }
    }

    /** x = tanh x = 2 / (1 + e⁻²ˣ) − 1. */
    static void tanh(double[] x, int from, int to, boolean fast) {
        if (fast) {
            inverse(x, from, to, -2);
            for (int i = from; i < to; i++) {
                x[i] = 2 * x[i] - 1;
            }
        } else {
            for (int i = from; i < to; i++) {
                x[i] = Math.tanh(x[i]);
            }
        }
    }

    /** x = 1 / (1 + e^(factor·x)). */
    private static void inverse(double[] x, int from, int to, double factor) {
        for (int i = from; i < to; i++) {
            double r = Math.max(-BOUND, Math.min(BOUND, x[i] * factor)) * STEP;
            double e = 1 + r * (1 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * (1.0 / 720))))));
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            e *= e;
            x[i] = 1 / (1 + e);
        }
    }
}
