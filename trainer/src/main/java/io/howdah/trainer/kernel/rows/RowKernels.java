// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import io.howdah.trainer.kernel.java.ErrorFunction;

/**
 * The arithmetic of decoding. Both implementations give the same bits: every output is one chain of fused
 * multiply-adds in a fixed order, and sums over positions run in {@value #LANES} lanes by logical position, whatever the
 * width of the processor's vectors. Without state, for any number of threads.
 */
public interface RowKernels {
    /** Lanes of the sums over positions, and keys that lie side by side in a page. */
    int LANES = 16;

    /**
     * y[r][n] = Σ_k x[r][k] · w[n][k] + bias[n], k ascending, for the outputs of some panels.
     *
     * @param x [rows, w.inputs()]
     * @param y [rows, w.outputs()]
     * @param fromPanel first panel of {@link PackedWeights#PANEL} outputs
     * @param toPanel behind the last one
     */
    void multiply(PackedWeights w, float[] x, int rows, float[] y, int fromPanel, int toPanel);

    /**
     * scores[at + j] = scale · Σ_d q[d] · k[j][d] for all keys of a page.
     *
     * @param keysAt first of the page's keys, blocks of [D][{@value #LANES}]
     * @param width D
     * @param count keys, a multiple of {@value #LANES}
     */
    void scores(
            float[] q, int qAt, float[] page, int keysAt, int width, int count, float scale, float[] scores, int at);

    /** {@link #scores} of two queries, which begin at {@code firstAt} and {@code secondAt} of q. */
    default void scoresOfPair(
            float[] q,
            int firstAt,
            int secondAt,
            float[] page,
            int keysAt,
            int width,
            int count,
            float scale,
            float[] first,
            float[] second,
            int at) {
        scores(q, firstAt, page, keysAt, width, count, scale, first, at);
        scores(q, secondAt, page, keysAt, width, count, scale, second, at);
    }

    /**
     * Replaces scores by exp(score − greatest) and returns their sum.
     *
     * @param scores of which room for a multiple of {@value #LANES} is used
     */
    float exponentials(float[] scores, int count);

    /**
     * out[d] += Σ_j weights[from + j] · v[j][d], j ascending.
     *
     * @param valuesAt first of the values, [count, D]
     */
    void accumulate(
            float[] weights, int from, int count, float[] page, int valuesAt, int width, float[] out, int outAt);

    /** {@link #accumulate} of two rows of weights, into the rows of out that begin at {@code firstAt} and {@code secondAt}. */
    default void accumulatePair(
            float[] first,
            float[] second,
            int from,
            int count,
            float[] page,
            int valuesAt,
            int width,
            float[] out,
            int firstAt,
            int secondAt) {
        accumulate(first, from, count, page, valuesAt, width, out, firstAt);
        accumulate(second, from, count, page, valuesAt, width, out, secondAt);
    }

    /** out = x · factor. */
    void scale(float[] x, int at, int width, float factor);

    /** x += y. */
    void add(float[] x, int at, float[] y, int yAt, int width);

    /** out = x / √(mean(x²) + ε) · weight. */
    void rmsNorm(float[] x, int at, float[] weight, float epsilon, float[] out, int outAt);

    /** out = (x − mean(x)) / √(mean((x − mean(x))²) + ε) · weight + bias. */
    void layerNorm(float[] x, int at, float[] weight, float[] bias, float epsilon, float[] out, int outAt);

    /** out[i] = silu(x[i]) · x[width + i]. */
    void swiGlu(float[] x, int at, int width, float[] out, int outAt);

    /** x = ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
    void geluTanh(float[] x, int at, int width);

    /** x = ½x(1 + erf(x/√2)). */
    default void geluErf(float[] x, int at, int width) {
        for (int i = at; i < at + width; i++) {
            x[i] = (float) (0.5 * x[i] * (1 + ErrorFunction.erf(x[i] * Math.sqrt(0.5))));
        }
    }

    /** The fastest ones that this JVM has. */
    static RowKernels best() {
        return KernelChoice.BEST;
    }
}
