// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/** In binary32. */
final class FloatTile implements ProductTile {
    private final float[][] left;
    private final float[][] right;
    private final float[][] sums;
    private final int width;

    FloatTile(int height, int depth, int width) {
        this.left = new float[height][];
        this.right = new float[depth][];
        this.sums = new float[height][];
        this.width = width;
        for (int i = 0; i < height; i++) {
            left[i] = new float[depth];
            sums[i] = new float[width];
        }
        for (int k = 0; k < depth; k++) {
            right[k] = new float[width];
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
            float[] factors = left[i];
            int k = 0;
            for (; k + 3 < count; k += 4) {
                addFour(sums[i], factors, k, width);
            }
            for (; k < count; k++) {
                addOne(sums[i], factors[k], right[k], width);
            }
        }
    }

    private void addFour(float[] sums, float[] factors, int k, int count) {
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
            float[] sums,
            float[] first,
            float[] second,
            float[] third,
            float[] fourth,
            float a,
            float b,
            float c,
            float d,
            int count) {
        for (int j = 0; j < count; j++) {
            sums[j] += a * first[j] + b * second[j] + c * third[j] + d * fourth[j];
        }
    }

    private static void addOne(float[] sums, float factor, float[] row, int count) {
        for (int j = 0; j < count; j++) {
            sums[j] += factor * row[j];
        }
    }

    @Override
    public void add(ProductTile other) {
        float[][] parts = ((FloatTile) other).sums;
        for (int i = 0; i < sums.length; i++) {
            addOne(sums[i], 1, parts[i], width);
        }
    }

    @Override
    public void addBias(double[] bias, int start, boolean perRow) {
        for (int i = 0; i < sums.length; i++) {
            for (int j = 0; j < width; j++) {
                sums[i][j] += (float) bias[start + (perRow ? i : j)];
            }
        }
    }

    @Override
    public void write(Cursor to, int row) {
        to.write(sums[row], width);
    }
}
