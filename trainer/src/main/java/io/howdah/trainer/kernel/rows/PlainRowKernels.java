// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import java.util.Arrays;

/** Plain loops: what the vector kernels have to give, bit for bit, and the fallback where the JVM has no vectors. */
public final class PlainRowKernels implements RowKernels {
    private static final int PANEL = PackedWeights.PANEL;
    private static final int HALVES = PANEL / 2;
    private static final int HIGH_HALF = 16;
    static final float GELU_SCALE = 1.5957691216f;
    static final float GELU_CUBE = 0.044715f;

    @Override
    public void multiply(PackedWeights w, float[] x, int rows, float[] y, int fromPanel, int toPanel) {
        float[] sums = new float[PANEL];
        for (int panel = fromPanel; panel < toPanel; panel++) {
            for (int row = 0; row < rows; row++) {
                Arrays.fill(sums, 0);
                for (int k = 0; k < w.inputs(); k++) {
                    line(w, panel * w.inputs() + k, x[row * w.inputs() + k], sums);
                }
                w.store(sums, 0, panel, y, row);
            }
        }
    }

    private static void line(PackedWeights w, int line, float factor, float[] sums) {
        if (!w.isNarrow()) {
            for (int i = 0; i < PANEL; i++) {
                sums[i] = Math.fma(factor, w.wide()[line * PANEL + i], sums[i]);
            }
            return;
        }
        for (int i = 0; i < HALVES; i++) {
            int two = w.narrow()[line * HALVES + i];
            int low = i / LANES * 2 * LANES + i % LANES;
            sums[low] = Math.fma(factor, Float.intBitsToFloat(two << HIGH_HALF), sums[low]);
            float above = Float.intBitsToFloat(two >>> HIGH_HALF << HIGH_HALF);
            sums[low + LANES] = Math.fma(factor, above, sums[low + LANES]);
        }
    }

    @Override
    public void scores(
            float[] q, int qAt, float[] page, int keysAt, int width, int count, float scale, float[] scores, int at) {
        for (int j = 0; j < count; j++) {
            int first = keysAt + j / LANES * LANES * width + j % LANES;
            float sum = 0;
            for (int d = 0; d < width; d++) {
                sum = Math.fma(q[qAt + d], page[first + d * LANES], sum);
            }
            scores[at + j] = sum * scale;
        }
    }

    @Override
    public float exponentials(float[] scores, int count) {
        float greatest = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < count; j++) {
            greatest = Math.max(greatest, scores[j]);
        }
        float[] sums = new float[LANES];
        for (int j = 0; j < count; j++) {
            scores[j] = Exponential.of(scores[j] - greatest);
            sums[j % LANES] += scores[j];
        }
        return sum(sums);
    }

    /** Half and half: lane i and lane i + 8, then i + 4, i + 2, i + 1. */
    static float sum(float[] lanes) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    @Override
    public void accumulate(
            float[] weights, int from, int count, float[] page, int valuesAt, int width, float[] out, int outAt) {
        for (int j = 0; j < count; j++) {
            for (int d = 0; d < width; d++) {
                out[outAt + d] = Math.fma(weights[from + j], page[valuesAt + j * width + d], out[outAt + d]);
            }
        }
    }

    @Override
    public void scale(float[] x, int at, int width, float factor) {
        for (int i = at; i < at + width; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int width) {
        for (int i = 0; i < width; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public void rmsNorm(float[] x, int at, float[] weight, float epsilon, float[] out, int outAt) {
        int width = weight.length;
        float[] sums = new float[LANES];
        for (int i = 0; i < width; i++) {
            sums[i % LANES] = Math.fma(x[at + i], x[at + i], sums[i % LANES]);
        }
        float factor = inverseRoot(sum(sums), width, epsilon);
        for (int i = 0; i < width; i++) {
            out[outAt + i] = x[at + i] * factor * weight[i];
        }
    }

    /** 1 / √(sum / width + ε). */
    static float inverseRoot(float sum, int width, float epsilon) {
        return (float) (1 / Math.sqrt(sum / width + epsilon));
    }

    @Override
    public void layerNorm(float[] x, int at, float[] weight, float[] bias, float epsilon, float[] out, int outAt) {
        int width = weight.length;
        float[] sums = new float[LANES];
        for (int i = 0; i < width; i++) {
            sums[i % LANES] += x[at + i];
        }
        float mean = sum(sums) / width;
        Arrays.fill(sums, 0);
        for (int i = 0; i < width; i++) {
            float difference = x[at + i] - mean;
            sums[i % LANES] = Math.fma(difference, difference, sums[i % LANES]);
        }
        float factor = inverseRoot(sum(sums), width, epsilon);
        for (int i = 0; i < width; i++) {
            out[outAt + i] = Math.fma((x[at + i] - mean) * factor, weight[i], bias[i]);
        }
    }

    @Override
    public void swiGlu(float[] x, int at, int width, float[] out, int outAt) {
        for (int i = 0; i < width; i++) {
            float gate = x[at + i];
            out[outAt + i] = gate / (1f + Exponential.of(-gate)) * x[at + width + i];
        }
    }

    @Override
    public void geluTanh(float[] x, int at, int width) {
        for (int i = at; i < at + width; i++) {
            float inner = GELU_SCALE * Math.fma(GELU_CUBE * x[i] * x[i], x[i], x[i]);
            x[i] = x[i] / (1f + Exponential.of(-inner));
        }
    }
}
