// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Layer norm and RMS norm of rows, in binary64. */
final class RowNorms {
    /** Elements whose gradients are summed without interruption, and most such pieces; fixed, so that sums are too. */
    private static final int PIECE = 1 << 16;

    private static final int MOST_PIECES = 64;

    private final Tensor in;
    private final int width;
    private final double[] weight;
    private final double[] means;
    private final double[] inverses;
    private final boolean centred;

    private RowNorms(Tensor in, @Nullable Tensor weight, @Nullable Tensor means, Tensor inverses) {
        this.in = in;
        this.width = Math.toIntExact(in.size(1));
        int rows = Math.toIntExact(in.size(0));
        this.weight = vector(weight, width, 1);
        this.means = vector(means, rows, 0);
        this.inverses = vector(inverses, rows, 1);
        this.centred = means != null;
    }

    static void forward(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            @Nullable Tensor means,
            Tensor inverses) {
        RowNorms norms = new RowNorms(in, weight, means, inverses);
        double[] terms = vector(bias, norms.width, 0);
        Lines.each(norms.means.length, norms.width, (start, end) -> norms.forward(epsilon, terms, out, start, end));
        write(norms.means, means);
        write(norms.inverses, inverses);
    }

    private void forward(double epsilon, double[] terms, Tensor out, long start, long end) {
        double[] x = new double[width];
        Cursor from = new Cursor(in, start * width);
        Cursor to = new Cursor(out, start * width);
        for (int row = (int) start; row < end; row++) {
            from.read(x, width);
            double mean = centred ? Sums.sum(x, width) / width : 0;
            for (int c = 0; c < width; c++) {
                x[c] -= mean;
            }
            double inverse = 1 / Math.sqrt(Sums.products(x, x, width) / width + epsilon);
            for (int c = 0; c < width; c++) {
                x[c] = x[c] * inverse * weight[c] + terms[c];
            }
            to.write(x, width);
            means[row] = mean;
            inverses[row] = inverse;
        }
    }

    static void backward(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor means,
            Tensor inverses,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias) {
        RowNorms norms = new RowNorms(in, weight, means, inverses);
        int width = norms.width;
        long rows = in.size(0);
        long length = Math.max(1, Math.max(PIECE / Math.max(1, width), rows / MOST_PIECES));
        int pieces = (int) ((rows + length - 1) / length);
        double[][] weightSums = new double[pieces][width];
        double[][] biasSums = new double[pieces][width];
        Parallel.each(pieces, length * width, piece -> {
            long start = piece * length;
            long end = Math.min(rows, start + length);
            norms.backward(gradOut, gradIn, weightSums[piece], biasSums[piece], start, end);
        });
        write(total(weightSums, width), gradWeight);
        write(total(biasSums, width), gradBias);
    }

    private void backward(
            Tensor gradOut, @Nullable Tensor gradIn, double[] weightSums, double[] biasSums, long start, long end) {
        double[] x = new double[width];
        double[] g = new double[width];
        Cursor from = new Cursor(in, start * width);
        Cursor gradients = new Cursor(gradOut, start * width);
        Cursor to = new Cursor(gradIn == null ? in : gradIn, start * width);
        for (int row = (int) start; row < end; row++) {
            from.read(x, width);
            gradients.read(g, width);
            for (int c = 0; c < width; c++) {
                x[c] = (x[c] - means[row]) * inverses[row];
            }
            for (int c = 0; c < width; c++) {
                weightSums[c] += g[c] * x[c];
            }
            for (int c = 0; c < width; c++) {
                biasSums[c] += g[c];
            }
            if (gradIn != null) {
                inputGradient(x, g, inverses[row]);
                to.write(g, width);
            }
        }
    }

    /** Turns g = gradOut into r·(g·w − mean(g·w) − x̂·mean(g·w·x̂)), without the first mean for RMS norm. */
    private void inputGradient(double[] normalised, double[] g, double inverse) {
        for (int c = 0; c < width; c++) {
            g[c] *= weight[c];
        }
        double mean = centred ? Sums.sum(g, width) / width : 0;
        double projection = Sums.products(g, normalised, width) / width;
        for (int c = 0; c < width; c++) {
            g[c] = inverse * (g[c] - mean - normalised[c] * projection);
        }
    }

    private static double[] total(double[][] parts, int width) {
        double[] total = new double[width];
        for (double[] part : parts) {
            for (int c = 0; c < width; c++) {
                total[c] += part[c];
            }
        }
        return total;
    }

    /** The elements of a vector, or {@code otherwise} where there is none. */
    static double[] vector(@Nullable Tensor tensor, int length, double otherwise) {
        double[] values = new double[length];
        if (tensor == null) {
            Arrays.fill(values, otherwise);
        } else {
            new Cursor(tensor).read(values, length);
        }
        return values;
    }

    static void write(double[] values, @Nullable Tensor out) {
        if (out != null) {
            new Cursor(out).write(values, values.length);
        }
    }
}
