// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

/**
 * Orthonormal smooth patterns over the pixels of an image [{@value #CHANNELS}, {@value #SIZE}, {@value #SIZE}]: in every
 * channel the products of cosines cos(π u (i + ½) / {@value #SIZE}) cos(π v (j + ½) / {@value #SIZE}) for u, v below
 * {@value #FREQUENCIES}, as in the discrete cosine transform (Ahmed, Natarajan and Rao 1974).
 */
final class SmoothPatterns {
    static final int CHANNELS = 3;
    static final int SIZE = 32;
    static final int PIXELS = CHANNELS * SIZE * SIZE;
    private static final int FREQUENCIES = 3;
    private static final int PER_CHANNEL = FREQUENCIES * FREQUENCIES;

    /** Number of patterns. */
    static final int COUNT = CHANNELS * PER_CHANNEL;

    private static final int PLANE = SIZE * SIZE;

    /** Patterns of one channel, [PER_CHANNEL, SIZE, SIZE]. */
    private final double[] planes = new double[PER_CHANNEL * PLANE];

    SmoothPatterns() {
        for (int u = 0; u < FREQUENCIES; u++) {
            for (int v = 0; v < FREQUENCIES; v++) {
                for (int pixel = 0; pixel < PLANE; pixel++) {
                    planes[(u * FREQUENCIES + v) * PLANE + pixel] = wave(u, pixel / SIZE) * wave(v, pixel % SIZE);
                }
            }
        }
    }

    private static double wave(int frequency, int position) {
        return frequency == 0
                ? Math.sqrt(1.0 / SIZE)
                : Math.sqrt(2.0 / SIZE) * StrictMath.cos(Math.PI * frequency * (position + 0.5) / SIZE);
    }

    /** Σ_d weight_d φ_d, [3, 32, 32]. */
    double[] weighted(double[] weights) {
        double[] pixels = new double[PIXELS];
        for (int d = 0; d < COUNT; d++) {
            int plane = d % PER_CHANNEL * PLANE;
            int channel = d / PER_CHANNEL * PLANE;
            for (int pixel = 0; pixel < PLANE; pixel++) {
                pixels[channel + pixel] += weights[d] * planes[plane + pixel];
            }
        }
        return pixels;
    }

    /** The inner product of the pixels with every pattern, [{@value #COUNT}]. */
    double[] projection(double[] pixels) {
        double[] products = new double[COUNT];
        for (int d = 0; d < COUNT; d++) {
            int plane = d % PER_CHANNEL * PLANE;
            int channel = d / PER_CHANNEL * PLANE;
            double sum = 0;
            for (int pixel = 0; pixel < PLANE; pixel++) {
                sum += pixels[channel + pixel] * planes[plane + pixel];
            }
            products[d] = sum;
        }
        return products;
    }
}
