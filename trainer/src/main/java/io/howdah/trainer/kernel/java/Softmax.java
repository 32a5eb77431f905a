// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.Tensor;

/** Softmax over the last dimension, and its logarithm, row by row. */
final class Softmax {
    private Softmax() {}

    static void softmax(boolean logarithm, Tensor in, Tensor out) {
        int width = width(in);
        boolean single = Pointwise.isSingle(in);
        Lines.each(width == 0 ? 0 : in.elements() / width, width, (from, to) -> {
            Cursor source = new Cursor(in, from * width);
            Cursor target = new Cursor(out, from * width);
            if (single) {
                softmaxes(logarithm, source, target, new float[width], to - from);
            } else {
                softmaxes(logarithm, source, target, new double[width], to - from);
            }
        });
    }

    private static void softmaxes(boolean logarithm, Cursor from, Cursor to, float[] row, long count) {
        float[] powers = new float[row.length];
        for (long i = 0; i < count; i++) {
            from.read(row, row.length);
            float maximum = Float.NEGATIVE_INFINITY;
            for (float value : row) {
                maximum = Math.max(maximum, value);
            }
            shift(row, maximum);
            System.arraycopy(row, 0, powers, 0, row.length);
            Exponential.exp(powers, row.length);
            double sum = Sums.sum(powers, row.length);
            if (logarithm) {
                shift(row, (float) Math.log(sum));
                to.write(row, row.length);
            } else {
                scale(powers, (float) (1 / sum));
                to.write(powers, row.length);
            }
        }
    }

    private static void shift(float[] row, float term) {
        for (int i = 0; i < row.length; i++) {
            row[i] -= term;
        }
    }

    private static void scale(float[] row, float factor) {
        for (int i = 0; i < row.length; i++) {
            row[i] *= factor;
        }
    }

    private static void softmaxes(boolean logarithm, Cursor from, Cursor to, double[] row, long count) {
        for (long i = 0; i < count; i++) {
            from.read(row, row.length);
            double maximum = maximum(row);
            double sum = 0;
            for (int c = 0; c < row.length; c++) {
                row[c] -= maximum;
                double power = Math.exp(row[c]);
                sum += power;
                row[c] = logarithm ? row[c] : power;
            }
            double logSum = Math.log(sum);
            for (int c = 0; c < row.length; c++) {
                row[c] = logarithm ? row[c] - logSum : row[c] / sum;
            }
            to.write(row, row.length);
        }
    }

    static void gradient(boolean logarithm, Tensor result, Tensor gradOut, Tensor out) {
        int width = width(result);
        Lines.each(width == 0 ? 0 : result.elements() / width, width, (from, to) -> {
            double[] y = new double[width];
            double[] g = new double[width];
            Cursor results = new Cursor(result, from * width);
            Cursor gradients = new Cursor(gradOut, from * width);
            Cursor target = new Cursor(out, from * width);
            for (long i = from; i < to; i++) {
                results.read(y, width);
                gradients.read(g, width);
                double sum = logarithm ? Sums.sum(g, width) : Sums.products(g, y, width);
                for (int c = 0; c < width; c++) {
                    g[c] = logarithm ? g[c] - Math.exp(y[c]) * sum : y[c] * (g[c] - sum);
                }
                target.write(g, width);
            }
        });
    }

    /** ln Σ exp(row[i]), shifted by the maximum so that nothing overflows. */
    static double logSumExp(double[] row) {
        double maximum = maximum(row);
        double sum = 0;
        for (double value : row) {
            sum += Math.exp(value - maximum);
        }
        return maximum + Math.log(sum);
    }

    private static double maximum(double[] row) {
        double maximum = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            maximum = Math.max(maximum, value);
        }
        return maximum;
    }

    private static int width(Tensor tensor) {
        return tensor.shape().rank() == 0 ? 1 : Math.toIntExact(tensor.size(-1));
    }
}
