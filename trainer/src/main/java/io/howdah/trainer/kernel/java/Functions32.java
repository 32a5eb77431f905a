// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Unary;
import org.jspecify.annotations.Nullable;

/** Loops in binary32 for the functions that need no more, written so that the JVM vectorises them. */
final class Functions32 {
    private Functions32() {}

    /** Null where the function is computed in binary64. */
    static Elementwise.@Nullable Floats of(Unary function, double alpha, double beta) {
        float low = (float) alpha;
        float high = (float) beta;
        return switch (function) {
            case NEGATE -> (x, count) -> affine(x[0], -1, count);
            case ABS ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = Math.abs(x[0][i]);
                    }
                };
            case SQUARE -> (x, count) -> square(x[0], count);
            case SQRT -> (x, count) -> sqrt(x[0], count);
            case RECIPROCAL -> (x, count) -> reciprocal(x[0], count);
            case EXP -> (x, count) -> Exponential.exp(x[0], count);
            case SIGMOID -> (x, count) -> Sigmoids32.sigmoid(x[0], count);
            case SILU -> (x, count) -> Sigmoids32.silu(x[0], count);
            case TANH -> (x, count) -> Sigmoids32.tanh(x[0], count);
            case GELU_TANH -> (x, count) -> Sigmoids32.geluTanh(x[0], count);
            case GELU -> (x, count) -> Sigmoids32.gelu(x[0], count);
            case RELU -> (x, count) -> clamp(x[0], 0, Float.POSITIVE_INFINITY, count);
            case CLAMP, HARD_TANH -> (x, count) -> clamp(x[0], low, high, count);
            case LEAKY_RELU -> (x, count) -> leaky(x[0], low, count);
            default -> null;
        };
    }

    private static void affine(float[] x, float factor, int count) {
        for (int i = 0; i < count; i++) {
            x[i] *= factor;
        }
    }

    private static void square(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] *= x[i];
        }
    }

    private static void sqrt(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = (float) Math.sqrt(x[i]);
        }
    }

    private static void reciprocal(float[] x, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = 1 / x[i];
        }
    }

    private static void clamp(float[] x, float low, float high, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.min(Math.max(x[i], low), high);
        }
    }

    private static void leaky(float[] x, float slope, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = Math.max(x[i], 0) + slope * Math.min(x[i], 0);
        }
    }

    /** Null where the function is computed in binary64. */
    static Elementwise.@Nullable Floats of(Binary function) {
        return switch (function) {
            case ADD -> (x, count) -> add(x[0], x[1], count);
            case SUBTRACT -> (x, count) -> subtract(x[0], x[1], count);
            case MULTIPLY -> (x, count) -> multiply(x[0], x[1], count);
            case DIVIDE -> (x, count) -> divide(x[0], x[1], count);
            case MAXIMUM -> (x, count) -> maximum(x[0], x[1], count);
            case MINIMUM -> (x, count) -> minimum(x[0], x[1], count);
            default -> null;
        };
    }

    static void add(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] += b[i];
        }
    }

    private static void subtract(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] -= b[i];
        }
    }

    private static void multiply(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] *= b[i];
        }
    }

    private static void divide(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] /= b[i];
        }
    }

    static void maximum(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = Math.max(a[i], b[i]);
        }
    }

    static void minimum(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] = Math.min(a[i], b[i]);
        }
    }

    /** x · factor + term, without the part that changes nothing. */
    static Elementwise.Floats scale(float factor, float term) {
        if (term == 0) {
            return (x, count) -> affine(x[0], factor, count);
        }
        if (factor == 1) {
            return (x, count) -> shift(x[0], term, count);
        }
        return (x, count) -> scale(x[0], factor, term, count);
    }

    private static void shift(float[] x, float term, int count) {
        for (int i = 0; i < count; i++) {
            x[i] += term;
        }
    }

    private static void scale(float[] x, float factor, float term, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = x[i] * factor + term;
        }
    }

    /** gradient · function′(x), of x and the gradient; null where that is computed in binary64. */
    static Elementwise.@Nullable Floats gradient(Unary function, double alpha, double beta) {
        float low = (float) alpha;
        float high = (float) beta;
        return switch (function) {
            case EXP ->
                (x, count) -> {
                    Exponential.exp(x[0], count);
                    multiply(x[0], x[1], count);
                };
            case SIGMOID -> (x, count) -> SigmoidSlopes32.sigmoid(x[0], x[1], count);
            case TANH -> (x, count) -> SigmoidSlopes32.tanh(x[0], x[1], count);
            case SILU -> (x, count) -> SigmoidSlopes32.silu(x[0], x[1], count);
            case GELU -> (x, count) -> SigmoidSlopes32.gelu(x[0], x[1], count);
            case GELU_TANH -> (x, count) -> SigmoidSlopes32.geluTanh(x[0], x[1], count);
            case RELU -> (x, count) -> gate(x[0], x[1], 0, Float.NaN, count);
            case HARD_TANH -> (x, count) -> gate(x[0], x[1], low, high, count);
            case LEAKY_RELU ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] > 0 ? x[1][i] : low * x[1][i];
                    }
                };
            case SQUARE ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] *= 2 * x[1][i];
                    }
                };
            default -> null;
        };
    }

    /** gradient · function′, of the function's result and the gradient; null where that is computed in binary64. */
    static Elementwise.@Nullable Floats gradientOfResult(Unary function) {
        return switch (function) {
            case EXP -> (x, count) -> multiply(x[0], x[1], count);
            case TANH -> (x, count) -> SigmoidSlopes32.tanhOfResult(x[0], x[1], count);
            case SIGMOID -> (x, count) -> SigmoidSlopes32.sigmoidOfResult(x[0], x[1], count);
            default -> null;
        };
    }

    private static void gate(float[] x, float[] gradient, float low, float high, int count) {
        for (int i = 0; i < count; i++) {
            x[i] = x[i] > low && !(x[i] >= high) ? gradient[i] : 0;
        }
    }

    /** 1 where the relation holds, else 0. */
    static Elementwise.Floats of(Comparison relation) {
        return switch (relation) {
            case EQUAL ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] == x[1][i] ? 1 : 0;
                    }
                };
            case NOT_EQUAL ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] != x[1][i] ? 1 : 0;
                    }
                };
            case LESS ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] < x[1][i] ? 1 : 0;
                    }
                };
            case LESS_EQUAL ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] <= x[1][i] ? 1 : 0;
                    }
                };
            case GREATER ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] > x[1][i] ? 1 : 0;
                    }
                };
            case GREATER_EQUAL ->
                (x, count) -> {
                    for (int i = 0; i < count; i++) {
                        x[0][i] = x[0][i] >= x[1][i] ? 1 : 0;
                    }
                };
        };
    }
}
