// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/** In binary64. */
final class DoubleTile implements ProductTile {
    private final double[][] left;
    private final double[][] right;
    private final double[][] sums;
    private final int width;

    DoubleTile(int height, int depth, int width) {
        this.left = new double[height][];
        this.right = new double[depth][];
        this.sums = new double[height][];
        this.width = width;
        for (int i = 0; i < height; i++) {
            left[i] = new double[depth];
            sums[i] = new double[width];
        }
        for (int k = 0; k < depth; k++) {
            right[k] = new double[width];
        }
    }

    @Override
    public void readLeft(Cursor from, int row, int count) {
        from.read(left[row], count);
    }

    @Override
    public void readRight(Cursor from, int k) {
        from.read(right[k], width);
    }

    @Override
    public void multiply(int count) {
        for (int i = 0; i < sums.length; i++) {
            double[] factors = left[i];
            int k = 0;
            for (; k + 3 < count; k += 4) {
                addFour(sums[i], factors, k, width);
            }
            for (; k < count; k++) {
                addOne(sums[i], factors[k], right[k], width);
            }
        }
    }

    private void addFour(double[] sums, double[] factors, int k, int count) {
        four(
                sums,
                right[k],
                right[k + 1],
                right[k + 2],
                right[k + 3],
                factors[k],
                factors[k + 1],
                factors[k + 2],
                factors[k + 3],
                count);
    }

    private static void four(
            double[] sums,
            double[] first,
            double[] second,
            double[] third,
            double[] fourth,
            double a,
            double b,
            double c,
            double d,
            int count) {
        for (int j = 0; j < count; j++) {
            sums[j] += a * first[j] + b * second[j] + c * third[j] + d * fourth[j];
        }
    }

    private static void addOne(double[] sums, double factor, double[] row, int count) {
        for (int j = 0; j < count; j++) {
            sums[j] += factor * row[j];
        }
    }

    @Override
    public void add(ProductTile other) {
        double[][] parts = ((DoubleTile) other).sums;
        for (int i = 0; i < sums.length; i++) {
            addOne(sums[i], 1, parts[i], width);
        }
    }

    @Override
    public void addBias(double[] bias, int start, boolean perRow) {
        for (int i = 0; i < sums.length; i++) {
            for (int j = 0; j < width; j++) {
                sums[i][j] += bias[start + (perRow ? i : j)];
            }
        }
    }

    @Override
    public void write(Cursor to, int row) {
        to.write(sums[row], width);
    }
}
