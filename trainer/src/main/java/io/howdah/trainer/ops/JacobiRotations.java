// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Singular values of one small matrix by one-sided Jacobi rotations (Hestenes 1958): columns are rotated in pairs until
 * all are orthogonal; their lengths are then the singular values. Accurate for small singular values too.
 */
final class JacobiRotations {
    private static final double TOLERANCE = 0x1p-52;
    private static final int SWEEPS = 60;

    /** Columns of A·V, which become those of U·S. */
    private final double[][] columns;

    /** Columns of V. */
    private final double[][] right;

    private JacobiRotations(double[][] columns) {
        this.columns = columns;
        int n = columns.length;
        this.right = new double[n][n];
        for (int i = 0; i < n; i++) {
            right[i][i] = 1;
        }
    }

    /**
     * A = U·diag(S)·Vᵀ for a matrix with at least as many rows as columns.
     *
     * @param u columns of U, orthonormal
     * @param values S, descending, none below 0
     * @param v columns of V, orthonormal
     */
    record Result(double[][] u, double[] values, double[][] v) {}

    /** @param columns those of A, at least as long as there are many; overwritten */
    static Result of(double[][] columns) {
        double scale = 0;
        for (double[] column : columns) {
            for (double element : column) {
                scale = Math.max(scale, Math.abs(element));
            }
        }
        if (scale == 0) {
            scale = 1;
        }
        // Squares of huge or tiny elements would leave the range of a double.
        for (double[] column : columns) {
            multiply(column, 1 / scale);
        }
        JacobiRotations rotations = new JacobiRotations(columns);
        for (int sweep = 0; sweep < SWEEPS && rotations.sweep(); sweep++) {}
        return rotations.result(scale);
    }

    /** Rotates every pair of columns once; whether any needed it. */
    private boolean sweep() {
        boolean rotated = false;
        for (int p = 0; p < columns.length; p++) {
            for (int q = p + 1; q < columns.length; q++) {
                rotated |= rotate(p, q);
            }
        }
        return rotated;
    }

    private boolean rotate(int p, int q) {
        double first = dot(columns[p], columns[p]);
        double second = dot(columns[q], columns[q]);
        double both = dot(columns[p], columns[q]);
        if (Math.abs(both) <= TOLERANCE * Math.sqrt(first) * Math.sqrt(second)) {
            return false;
        }
        double zeta = (second - first) / (2 * both);
        double tangent = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
        double cosine = 1 / Math.hypot(1, tangent);
        double sine = cosine * tangent;
        turn(columns[p], columns[q], cosine, sine);
        turn(right[p], right[q], cosine, sine);
        return true;
    }

    private static void turn(double[] first, double[] second, double cosine, double sine) {
        for (int i = 0; i < first.length; i++) {
            double a = first[i];
            double b = second[i];
            first[i] = cosine * a - sine * b;
            second[i] = sine * a + cosine * b;
        }
    }

    private Result result(double scale) {
        int n = columns.length;
        double[] lengths = new double[n];
        for (int i = 0; i < n; i++) {
            lengths[i] = Math.sqrt(dot(columns[i], columns[i]));
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -lengths[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[][] u = new double[n][];
        double[][] v = new double[n][];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            double length = lengths[order[i]];
            values[i] = length * scale;
            v[i] = right[order[i]];
            u[i] = columns[order[i]];
            if (length > n * TOLERANCE * lengths[order[0]]) {
                multiply(u[i], 1 / length);
            } else {
                u[i] = orthogonal(u, i, u[i].length);
            }
        }
        return new Result(u, values, v);
    }

    /** A unit vector at right angles to the first {@code count} ones, for a column whose direction is noise. */
    private static double[] orthogonal(double[][] vectors, int count, int length) {
        double[] best = new double[length];
        double longest = 0;
        for (int axis = 0; axis < length && longest < 0.5; axis++) {
            double[] candidate = new double[length];
            candidate[axis] = 1;
            // Twice, because the first pass leaves rounding errors of the order of what it takes away.
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < count; i++) {
                    double share = dot(vectors[i], candidate);
                    for (int k = 0; k < length; k++) {
                        candidate[k] -= share * vectors[i][k];
                    }
                }
            }
            double size = Math.sqrt(dot(candidate, candidate));
            if (size > longest) {
                longest = size;
                multiply(candidate, 1 / size);
                best = candidate;
            }
        }
        return best;
    }

    private static void multiply(double[] vector, double factor) {
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= factor;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
