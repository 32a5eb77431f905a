// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Scores and sums of attention, of one query or of two that look at the same page, which is read once for both then. Every
 * score and every sum is one chain in a fixed order, so that bits do not depend on that. Methods are as long as those of
 * {@link NarrowTiles}, for the same reason.
 */
final class VectorAttention {
    private static final VectorSpecies<Float> FLOATS = VectorRowKernels.species();
    private static final int WIDE = FLOATS.length();
    private static final int LANES = RowKernels.LANES;

    private VectorAttention() {}

    /** See {@link RowKernels#scores}. */
    static void scores(
            float[] q, int qAt, float[] page, int keysAt, int width, int count, float scale, float[] scores, int at) {
        int j = 0;
        for (; j + 4 * WIDE <= count; j += 4 * WIDE) {
            int key0 = keysAt + key(j, width);
            int key1 = keysAt + key(j + WIDE, width);
            int key2 = keysAt + key(j + 2 * WIDE, width);
            int key3 = keysAt + key(j + 3 * WIDE, width);
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector e = a;
            for (int d = 0; d < width; d++) {
                int line = d * LANES;
                FloatVector factor = FloatVector.broadcast(FLOATS, q[qAt + d]);
                a = FloatVector.fromArray(FLOATS, page, key0 + line).fma(factor, a);
                b = FloatVector.fromArray(FLOATS, page, key1 + line).fma(factor, b);
                c = FloatVector.fromArray(FLOATS, page, key2 + line).fma(factor, c);
                e = FloatVector.fromArray(FLOATS, page, key3 + line).fma(factor, e);
            }
            a.mul(scale).intoArray(scores, at + j);
            b.mul(scale).intoArray(scores, at + j + WIDE);
            c.mul(scale).intoArray(scores, at + j + 2 * WIDE);
            e.mul(scale).intoArray(scores, at + j + 3 * WIDE);
        }
        for (; j < count; j += WIDE) {
            int key = keysAt + key(j, width);
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int d = 0; d < width; d++) {
                sum = FloatVector.fromArray(FLOATS, page, key + d * LANES)
                        .fma(FloatVector.broadcast(FLOATS, q[qAt + d]), sum);
            }
            sum.mul(scale).intoArray(scores, at + j);
        }
    }

    /** See {@link RowKernels#scoresOfPair}. */
    static void scores(
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
        int j = 0;
        for (; j + 4 * WIDE <= count; j += 4 * WIDE) {
            int key0 = keysAt + key(j, width);
            int key1 = keysAt + key(j + WIDE, width);
            int key2 = keysAt + key(j + 2 * WIDE, width);
            int key3 = keysAt + key(j + 3 * WIDE, width);
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector b0 = a0;
            FloatVector c0 = a0;
            FloatVector e0 = a0;
            FloatVector a1 = a0;
            FloatVector b1 = a0;
            FloatVector c1 = a0;
            FloatVector e1 = a0;
            for (int d = 0; d < width; d++) {
                int line = d * LANES;
                FloatVector factor0 = FloatVector.broadcast(FLOATS, q[firstAt + d]);
                FloatVector factor1 = FloatVector.broadcast(FLOATS, q[secondAt + d]);
                FloatVector keys = FloatVector.fromArray(FLOATS, page, key0 + line);
                a0 = keys.fma(factor0, a0);
                a1 = keys.fma(factor1, a1);
                keys = FloatVector.fromArray(FLOATS, page, key1 + line);
                b0 = keys.fma(factor0, b0);
                b1 = keys.fma(factor1, b1);
                keys = FloatVector.fromArray(FLOATS, page, key2 + line);
                c0 = keys.fma(factor0, c0);
                c1 = keys.fma(factor1, c1);
                keys = FloatVector.fromArray(FLOATS, page, key3 + line);
                e0 = keys.fma(factor0, e0);
                e1 = keys.fma(factor1, e1);
            }
            a0.mul(scale).intoArray(first, at + j);
            b0.mul(scale).intoArray(first, at + j + WIDE);
            c0.mul(scale).intoArray(first, at + j + 2 * WIDE);
            e0.mul(scale).intoArray(first, at + j + 3 * WIDE);
            a1.mul(scale).intoArray(second, at + j);
            b1.mul(scale).intoArray(second, at + j + WIDE);
            c1.mul(scale).intoArray(second, at + j + 2 * WIDE);
            e1.mul(scale).intoArray(second, at + j + 3 * WIDE);
        }
        if (j < count) {
            int rest = keysAt + key(j, width);
            scores(q, firstAt, page, rest, width, count - j, scale, first, at + j);
            scores(q, secondAt, page, rest, width, count - j, scale, second, at + j);
        }
    }

    /** Where the vector that begins with key {@code j} of a page begins, from its first key on. */
    private static int key(int j, int width) {
        return j / LANES * LANES * width + j % LANES;
    }

    /** See {@link RowKernels#accumulate}. */
    static void accumulate(
            float[] weights, int from, int count, float[] page, int valuesAt, int width, float[] out, int outAt) {
        accumulateFrom(0, weights, from, count, page, valuesAt, width, out, outAt);
    }

    /** See {@link RowKernels#accumulatePair}. */
    static void accumulate(
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
        int d = 0;
        for (; d + 4 * WIDE <= width; d += 4 * WIDE) {
            FloatVector a0 = FloatVector.fromArray(FLOATS, out, firstAt + d);
            FloatVector b0 = FloatVector.fromArray(FLOATS, out, firstAt + d + WIDE);
            FloatVector c0 = FloatVector.fromArray(FLOATS, out, firstAt + d + 2 * WIDE);
            FloatVector e0 = FloatVector.fromArray(FLOATS, out, firstAt + d + 3 * WIDE);
            FloatVector a1 = FloatVector.fromArray(FLOATS, out, secondAt + d);
            FloatVector b1 = FloatVector.fromArray(FLOATS, out, secondAt + d + WIDE);
            FloatVector c1 = FloatVector.fromArray(FLOATS, out, secondAt + d + 2 * WIDE);
            FloatVector e1 = FloatVector.fromArray(FLOATS, out, secondAt + d + 3 * WIDE);
            for (int j = 0; j < count; j++) {
                FloatVector factor0 = FloatVector.broadcast(FLOATS, first[from + j]);
                FloatVector factor1 = FloatVector.broadcast(FLOATS, second[from + j]);
                int at = valuesAt + j * width + d;
                FloatVector values = FloatVector.fromArray(FLOATS, page, at);
                a0 = values.fma(factor0, a0);
                a1 = values.fma(factor1, a1);
                values = FloatVector.fromArray(FLOATS, page, at + WIDE);
                b0 = values.fma(factor0, b0);
                b1 = values.fma(factor1, b1);
                values = FloatVector.fromArray(FLOATS, page, at + 2 * WIDE);
                c0 = values.fma(factor0, c0);
                c1 = values.fma(factor1, c1);
                values = FloatVector.fromArray(FLOATS, page, at + 3 * WIDE);
                e0 = values.fma(factor0, e0);
                e1 = values.fma(factor1, e1);
            }
            a0.intoArray(out, firstAt + d);
            b0.intoArray(out, firstAt + d + WIDE);
            c0.intoArray(out, firstAt + d + 2 * WIDE);
            e0.intoArray(out, firstAt + d + 3 * WIDE);
            a1.intoArray(out, secondAt + d);
            b1.intoArray(out, secondAt + d + WIDE);
            c1.intoArray(out, secondAt + d + 2 * WIDE);
            e1.intoArray(out, secondAt + d + 3 * WIDE);
        }
        if (d < width) {
            accumulateFrom(d, first, from, count, page, valuesAt, width, out, firstAt);
            accumulateFrom(d, second, from, count, page, valuesAt, width, out, secondAt);
        }
    }

    /** The columns from {@code first} on, of one query. */
    private static void accumulateFrom(
            int first,
            float[] weights,
            int from,
            int count,
            float[] page,
            int valuesAt,
            int width,
            float[] out,
            int outAt) {
        int d = first;
        for (; d + 4 * WIDE <= width; d += 4 * WIDE) {
            FloatVector a = FloatVector.fromArray(FLOATS, out, outAt + d);
            FloatVector b = FloatVector.fromArray(FLOATS, out, outAt + d + WIDE);
            FloatVector c = FloatVector.fromArray(FLOATS, out, outAt + d + 2 * WIDE);
            FloatVector e = FloatVector.fromArray(FLOATS, out, outAt + d + 3 * WIDE);
            for (int j = 0; j < count; j++) {
                FloatVector factor = FloatVector.broadcast(FLOATS, weights[from + j]);
                int at = valuesAt + j * width + d;
                a = FloatVector.fromArray(FLOATS, page, at).fma(factor, a);
                b = FloatVector.fromArray(FLOATS, page, at + WIDE).fma(factor, b);
                c = FloatVector.fromArray(FLOATS, page, at + 2 * WIDE).fma(factor, c);
                e = FloatVector.fromArray(FLOATS, page, at + 3 * WIDE).fma(factor, e);
            }
            a.intoArray(out, outAt + d);
            b.intoArray(out, outAt + d + WIDE);
            c.intoArray(out, outAt + d + 2 * WIDE);
            e.intoArray(out, outAt + d + 3 * WIDE);
        }
        for (; d + WIDE <= width; d += WIDE) {
            FloatVector a = FloatVector.fromArray(FLOATS, out, outAt + d);
            for (int j = 0; j < count; j++) {
                a = FloatVector.fromArray(FLOATS, page, valuesAt + j * width + d)
                        .fma(FloatVector.broadcast(FLOATS, weights[from + j]), a);
            }
            a.intoArray(out, outAt + d);
        }
        for (; d < width; d++) {
            float sum = out[outAt + d];
            for (int j = 0; j < count; j++) {
                sum = Math.fma(weights[from + j], page[valuesAt + j * width + d], sum);
            }
            out[outAt + d] = sum;
        }
    }
}
