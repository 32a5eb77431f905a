// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Reduction;

/** Reduces elements that come one after the other. */
final class Folds {
    private static final int CHUNK = Elementwise.CHUNK;

    /** Below this a loop is too short for the JVM's vectors, and the rest of a sum runs in binary64. */
    private static final int SHORT = 64;

    private final Reduction function;
    private final float[] floats;
    private final double[] doubles;

    /** Reads through one of two arrays, the other of which is empty. */
    Folds(Reduction function, int floats, int doubles) {
        this.function = function;
        this.floats = new float[floats];
        this.doubles = new double[doubles];
    }

    /** Reduces the next {@code length} elements. */
    double fold(Cursor cursor, long length) {
        double result = identity(function);
        for (long done = 0; done < length; done += CHUNK) {
            int count = (int) Math.min(CHUNK, length - done);
            if (floats.length > 0) {
                cursor.read(floats, count);
                result = combine(function, result, fold(floats, count));
            } else {
                cursor.read(doubles, count);
                result = combine(function, result, fold(doubles, count));
            }
        }
        return result;
    }

    private double fold(float[] x, int count) {
        if (function == Reduction.PRODUCT) {
            double product = 1;
            for (int i = 0; i < count; i++) {
                product *= x[i];
            }
            return product;
        }
        int length = count;
        int shortest = function == Reduction.SUM ? SHORT : 1;
        while (length > shortest) {
            int rest = length / 2;
            int half = length - rest;
            switch (function) {
                case SUM -> foldSums(x, half, rest);
                case MAXIMUM -> foldMaxima(x, half, rest);
                default -> foldMinima(x, half, rest);
            }
            length = half;
        }
        return length == 1 ? x[0] : Sums.sum(x, length);
    }

    private static void foldSums(float[] x, int half, int rest) {
        for (int i = 0; i < rest; i++) {
            x[i] += x[half + i];
        }
    }

    private static void foldMaxima(float[] x, int half, int rest) {
        for (int i = 0; i < rest; i++) {
            x[i] = Math.max(x[i], x[half + i]);
        }
    }

    private static void foldMinima(float[] x, int half, int rest) {
        for (int i = 0; i < rest; i++) {
            x[i] = Math.min(x[i], x[half + i]);
        }
    }

    private double fold(double[] x, int count) {
        double result = x[0];
        switch (function) {
            case SUM -> {
                for (int i = 1; i < count; i++) {
                    result += x[i];
                }
            }
            case PRODUCT -> {
                for (int i = 1; i < count; i++) {
                    result *= x[i];
                }
            }
            case MAXIMUM -> {
                for (int i = 1; i < count; i++) {
                    result = Math.max(result, x[i]);
                }
            }
            case MINIMUM -> {
                for (int i = 1; i < count; i++) {
                    result = Math.min(result, x[i]);
                }
            }
        }
        return result;
    }

    /** Goes on from {@code initial}. */
    static long fold(Reduction function, long initial, long[] x, int count) {
        long result = initial;
        switch (function) {
            case SUM -> {
                for (int i = 0; i < count; i++) {
                    result += x[i];
                }
            }
            case PRODUCT -> {
                for (int i = 0; i < count; i++) {
                    result *= x[i];
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < count; i++) {
                    result = Math.max(result, x[i]);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < count; i++) {
                    result = Math.min(result, x[i]);
                }
            }
        }
        return result;
    }

    static double combine(Reduction function, double a, double b) {
        return switch (function) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
        };
    }

    /** a[i] = combination of a[i] and b[i]. */
    static void combine(Reduction function, double[] a, double[] b, int count) {
        switch (function) {
            case SUM -> {
                for (int i = 0; i < count; i++) {
                    a[i] += b[i];
                }
            }
            case PRODUCT -> {
                for (int i = 0; i < count; i++) {
                    a[i] *= b[i];
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < count; i++) {
                    a[i] = Math.max(a[i], b[i]);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < count; i++) {
                    a[i] = Math.min(a[i], b[i]);
                }
            }
        }
    }

    static double identity(Reduction function) {
        return switch (function) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MAXIMUM -> Double.NEGATIVE_INFINITY;
            case MINIMUM -> Double.POSITIVE_INFINITY;
        };
    }

    static long integralIdentity(Reduction function) {
        return switch (function) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MAXIMUM -> Long.MIN_VALUE;
            case MINIMUM -> Long.MAX_VALUE;
        };
    }
}
