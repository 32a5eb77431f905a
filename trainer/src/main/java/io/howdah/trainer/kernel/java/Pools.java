// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Pooling, plane by plane. */
final class Pools {
    private final Window window;
    private final int height;
    private final int width;
    private final int rows;
    private final int columns;
    private final long planes;

    private Pools(Window window, Tensor in, Tensor out) {
        this.window = window;
        this.height = Math.toIntExact(in.size(2));
        this.width = Math.toIntExact(in.size(3));
        this.rows = Math.toIntExact(out.size(2));
        this.columns = Math.toIntExact(out.size(3));
        this.planes = in.size(0) * in.size(1);
    }

    private int area() {
        return height * width;
    }

    private int outArea() {
        return rows * columns;
    }

    private void each(Parallel.Range body) {
        Lines.each(planes, Math.max(area(), outArea()), body);
    }

    static void max(Tensor in, Window window, Tensor out, Tensor indices) {
        Pools pools = new Pools(window, in, out);
        boolean floating = in.dtype().isFloating();
        pools.each((start, end) -> {
            long[] plane = new long[pools.area()];
            long[] places = new long[pools.outArea()];
            double[] values = new double[floating ? places.length : 0];
            Keys keys = new Keys(in, plane.length);
            keys.seek(start * plane.length);
            Cursor toIndices = new Cursor(indices, start * places.length);
            Cursor to = new Cursor(out, start * places.length);
            for (long n = start; n < end; n++) {
                keys.read(plane, plane.length);
                pools.largest(plane, places);
                toIndices.write(places, places.length);
                for (int i = 0; i < places.length; i++) {
                    if (floating) {
                        values[i] = keys.value((int) places[i]);
                    } else {
                        places[i] = plane[(int) places[i]];
                    }
                }
                if (floating) {
                    to.write(values, values.length);
                } else {
                    to.write(places, places.length);
                }
            }
        });
    }

    private void largest(long[] plane, long[] places) {
        for (int p = 0; p < rows; p++) {
            int top = p * window.strideHeight() - window.padTop();
            for (int q = 0; q < columns; q++) {
                places[p * columns + q] = largest(plane, top, q * window.strideWidth() - window.padLeft());
            }
        }
    }

    private int largest(long[] plane, int top, int left) {
        int best = -1;
        long greatest = Long.MIN_VALUE;
        for (int r = 0; r < window.kernelHeight(); r++) {
            int h = top + r * window.dilationHeight();
            for (int s = 0; s < window.kernelWidth() && h >= 0 && h < height; s++) {
                int w = left + s * window.dilationWidth();
                if (w >= 0 && w < width && (plane[h * width + w] > greatest || best < 0)) {
                    best = h * width + w;
                    greatest = plane[best];
                }
            }
        }
        return Math.max(best, 0);
    }

    static void maxGradient(Tensor gradOut, Tensor indices, Tensor gradIn) {
        Pools pools = new Pools(new Window(1, 1, 1, 1, 0, 0, 1, 1), gradIn, gradOut);
        pools.each((start, end) -> {
            double[] sums = new double[pools.area()];
            double[] gradients = new double[pools.outArea()];
            long[] places = new long[gradients.length];
            Cursor from = new Cursor(gradOut, start * gradients.length);
            Cursor fromIndices = new Cursor(indices, start * gradients.length);
            Cursor to = new Cursor(gradIn, start * sums.length);
            for (long n = start; n < end; n++) {
                from.read(gradients, gradients.length);
                fromIndices.read(places, places.length);
                Arrays.fill(sums, 0);
                for (int i = 0; i < places.length; i++) {
                    sums[(int) places[i]] += gradients[i];
                }
                to.write(sums, sums.length);
            }
        });
    }

    static void average(Tensor in, Window window, boolean countPadding, int divisor, Tensor out) {
        Pools pools = new Pools(window, in, out);
        double[] counts = pools.counts(countPadding, divisor);
        pools.each((start, end) -> {
            double[] plane = new double[pools.area()];
            double[] results = new double[counts.length];
            Cursor from = new Cursor(in, start * plane.length);
            Cursor to = new Cursor(out, start * results.length);
            for (long n = start; n < end; n++) {
                from.read(plane, plane.length);
                Arrays.fill(results, 0);
                pools.visit((place, result) -> results[result] += plane[place]);
                for (int i = 0; i < results.length; i++) {
                    results[i] = counts[i] == 0 ? 0 : results[i] / counts[i];
                }
                to.write(results, results.length);
            }
        });
    }

    static void averageGradient(Tensor gradOut, Window window, boolean countPadding, int divisor, Tensor gradIn) {
        Pools pools = new Pools(window, gradIn, gradOut);
        double[] counts = pools.counts(countPadding, divisor);
        pools.each((start, end) -> {
            double[] sums = new double[pools.area()];
            double[] gradients = new double[counts.length];
            Cursor from = new Cursor(gradOut, start * gradients.length);
            Cursor to = new Cursor(gradIn, start * sums.length);
            for (long n = start; n < end; n++) {
                from.read(gradients, gradients.length);
                for (int i = 0; i < gradients.length; i++) {
                    gradients[i] = counts[i] == 0 ? 0 : gradients[i] / counts[i];
                }
                Arrays.fill(sums, 0);
                pools.visit((place, result) -> sums[place] += gradients[result]);
                to.write(sums, sums.length);
            }
        });
    }

    /** Joins a place of the plane with a window that sees it. */
    @FunctionalInterface
    private interface Tap {
        void at(int place, int result);
    }

    private void visit(Tap tap) {
        for (int i = 0; i < outArea(); i++) {
            int top = i / columns * window.strideHeight() - window.padTop();
            int left = i % columns * window.strideWidth() - window.padLeft();
            for (int r = 0; r < window.kernelHeight(); r++) {
                int h = top + r * window.dilationHeight();
                for (int s = 0; s < window.kernelWidth() && h >= 0 && h < height; s++) {
                    int w = left + s * window.dilationWidth();
                    if (w >= 0 && w < width) {
                        tap.at(h * width + w, i);
                    }
                }
            }
        }
    }

    /** By what the sum of every window is divided. */
    private double[] counts(boolean countPadding, int divisor) {
        double[] counts = new double[outArea()];
        int paddingDown = countPadding ? window.padTop() : 0;
        int paddingAcross = countPadding ? window.padLeft() : 0;
        for (int i = 0; i < counts.length; i++) {
            int top = i / columns * window.strideHeight() - window.padTop();
            int left = i % columns * window.strideWidth() - window.padLeft();
            int down = taps(top, window.kernelHeight(), window.dilationHeight(), height, paddingDown);
            int across = taps(left, window.kernelWidth(), window.dilationWidth(), width, paddingAcross);
            counts[i] = divisor != 0 ? divisor : (double) down * across;
        }
        return counts;
    }

    /** How many taps lie within the padding, or within the input where that is 0. */
    private static int taps(int start, int kernel, int dilation, int size, int padding) {
        int count = 0;
        for (int t = 0; t < kernel; t++) {
            int place = start + t * dilation;
            count += place >= -padding && place < size + padding ? 1 : 0;
        }
        return count;
    }
}
