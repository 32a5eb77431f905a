// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The second moments of a tensor [B, R, C] by rows [B, R] and by columns [B, C]. Sums of squares are in double precision, over
 * groups of rows in parallel and then over the groups in order, so that their bits do not depend on slices or threads.
 */
final class FactoredMoments {
    /** Rows that are summed by one thread; part of the definition of the last bits of a column's mean. */
    private static final int GROUP = 64;

    private final TensorSlices tensor;
    private final float[] rows;
    private final float[] columns;
    private final int height;
    private final int width;

    /** A part of a row. */
    @FunctionalInterface
    interface RowVisitor {
        /**
         * @param row number of the row among all matrices' rows
         * @param column first column
         * @param columnState place of that column in the state of columns
         * @param at place of the first element in the run's arrays
         * @param length number of elements
         */
        void visit(int row, int column, int columnState, int at, int length);
    }

    FactoredMoments(TensorSlices tensor, float[] rows, float[] columns) {
        this.tensor = tensor;
        this.rows = rows;
        this.columns = columns;
        this.width = (int) tensor.shape().size(-1);
        this.height = (int) tensor.shape().size(-2);
    }

    float[] columns() {
        return columns;
    }

    /** Visits the rows that {@code run} touches, in order. */
    void forEachRow(TensorSlices.Run run, RowVisitor visitor) {
        int end = run.element() + run.length();
        for (int element = run.element(); element < end; ) {
            int row = element / width;
            int column = element - row * width;
            int length = Math.min(end - element, width - column);
            int state = row / height * width + column;
            visitor.visit(row, column, state, run.at() + element - run.element(), length);
            element += length;
        }
    }

    /** Moves both moments towards the means of the squared gradient by {@code gain}. */
    void move(float gain) {
        int groups = (height + GROUP - 1) / GROUP;
        int matrices = rows.length / height;
        double[][] columnSums = new double[matrices * groups][];
        IntStream.range(0, matrices * groups).parallel().forEach(index -> {
            int first = index / groups * height + index % groups * GROUP;
            int last = Math.min((index / groups + 1) * height, first + GROUP);
            columnSums[index] = sumGroup(first, last, gain);
        });
        IntStream.range(0, matrices).parallel().forEach(matrix -> {
            double[] total = columnSums[matrix * groups];
            for (int group = 1; group < groups; group++) {
                double[] part = columnSums[matrix * groups + group];
                for (int column = 0; column < width; column++) {
                    total[column] += part[column];
                }
            }
            for (int column = 0; column < width; column++) {
                int place = matrix * width + column;
                columns[place] += gain * ((float) (total[column] / height) - columns[place]);
            }
        });
    }

    /** Moves the moments of the rows [{@code first}, {@code last}); returns the sums of their squares by column. */
    private double[] sumGroup(int first, int last, float gain) {
        double[] sums = new double[width];
        LaneSums rowSums = new LaneSums(last - first);
        tensor.runs(
                first * width,
                last * width,
                run -> forEachRow(run, (row, column, state, at, length) -> {
                    float[] gradient = run.gradient();
                    rowSums.addSquares(row - first, gradient, at, length, column);
                    int shift = column - at;
                    for (int i = at; i < at + length; i++) {
                        sums[i + shift] += (double) gradient[i] * gradient[i];
                    }
                }));
        for (int row = first; row < last; row++) {
            rows[row] += gain * ((float) (rowSums.of(row - first) / width) - rows[row]);
        }
        return sums;
    }

    /** row / max(ε, mean of the matrix's rows). */
    float[] rowFactors(double epsilon) {
        float[] factors = Arrays.copyOf(rows, rows.length);
        for (int first = 0; first < rows.length; first += height) {
            double sum = 0;
            for (int row = first; row < first + height; row++) {
                sum += rows[row];
            }
            float mean = (float) Math.max(epsilon, sum / height);
            for (int row = first; row < first + height; row++) {
                factors[row] = rows[row] / mean;
            }
        }
        return factors;
    }
}
