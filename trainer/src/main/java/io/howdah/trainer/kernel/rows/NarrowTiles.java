// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of some rows and one panel of weights in bfloat16. Every sum runs over the inputs in ascending order, in an
 * accumulator of its own.
 *
 * <p>Places are linear in the loop's counter, for the compiler to check them once. Methods are longer than what HotSpot
 * inlines (325 bytecodes): it stops inlining at a certain depth, which the vectors' own methods need in full, as else each
 * vector becomes an object. For the same reason {@link WideTiles} are written out beside these: a vector that either of two branches
 * made would be one.
 */
final class NarrowTiles {
    private static final VectorSpecies<Float> FLOATS = VectorRowKernels.species();
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED.length() == FLOATS.length()
            ? IntVector.SPECIES_PREFERRED
            : IntVector.SPECIES_512;
    private static final int WIDE = FLOATS.length();
    private static final boolean LONG_VECTORS = VectorMultiply.LONG_VECTORS;
    private static final int LANES = RowKernels.LANES;
    private static final int HALVES = PackedWeights.PANEL / 2;
    static final int HIGH_HALF = 16;
    static final int HIGH_BITS = 0xffff0000;

    private NarrowTiles() {}

    /** One row. */
    static void row(PackedWeights w, int panel, float[] x, int row, float[] sums, int to) {
        int inputs = w.inputs();
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, HIGH_BITS);
        if (LONG_VECTORS) {
            for (int half = 0; half < HALVES; half += WIDE) {
                FloatVector a = FloatVector.zero(FLOATS);
                FloatVector b = a;
                int start = panel * inputs * HALVES + half;
                for (int k = 0; k < inputs; k++) {
                    int at = start + k * HALVES;
                    int from = row * inputs + k;
                    IntVector two = IntVector.fromArray(INTS, weights, at);
                    FloatVector first = low(two, sixteen);
                    FloatVector second = high(two, mask);
                    FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                    a = first.fma(factor, a);
                    b = second.fma(factor, b);
                }
                int place = to + place(half);
                store(a, b, sums, place);
            }
        } else {
            for (int half = 0; half < HALVES; half += 2 * WIDE) {
                FloatVector a = FloatVector.zero(FLOATS);
                FloatVector b = a;
                FloatVector c = a;
                FloatVector e = a;
                int start = panel * inputs * HALVES + half;
                for (int k = 0; k < inputs; k++) {
                    int at = start + k * HALVES;
                    int from = row * inputs + k;
                    IntVector two = IntVector.fromArray(INTS, weights, at);
                    FloatVector first = low(two, sixteen);
                    FloatVector second = high(two, mask);
                    two = IntVector.fromArray(INTS, weights, at + WIDE);
                    FloatVector third = low(two, sixteen);
                    FloatVector fourth = high(two, mask);
                    FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                    a = first.fma(factor, a);
                    b = second.fma(factor, b);
                    c = third.fma(factor, c);
                    e = fourth.fma(factor, e);
                }
                int place = to + place(half);
                store(a, b, sums, place);
                place = to + place(half + WIDE);
                store(c, e, sums, place);
            }
        }
    }

    /** Two rows; the second one's sums begin at {@code to + stride}. */
    static void pair(PackedWeights w, int panel, float[] x, int row, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, HIGH_BITS);
        if (LONG_VECTORS) {
            for (int half = 0; half < HALVES; half += WIDE) {
                FloatVector a0 = FloatVector.zero(FLOATS);
                FloatVector a1 = a0;
                FloatVector b0 = a0;
                FloatVector b1 = a0;
                int start = panel * inputs * HALVES + half;
                for (int k = 0; k < inputs; k++) {
                    int at = start + k * HALVES;
                    int from = row * inputs + k;
                    IntVector two = IntVector.fromArray(INTS, weights, at);
                    FloatVector first = low(two, sixteen);
                    FloatVector second = high(two, mask);
                    FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                    a0 = first.fma(factor, a0);
                    b0 = second.fma(factor, b0);
                    factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                    a1 = first.fma(factor, a1);
                    b1 = second.fma(factor, b1);
                }
                int place = to + place(half);
                store(a0, b0, sums, place);
                store(a1, b1, sums, place + stride);
            }
        } else {
            for (int half = 0; half < HALVES; half += 2 * WIDE) {
                FloatVector a0 = FloatVector.zero(FLOATS);
                FloatVector a1 = a0;
                FloatVector b0 = a0;
                FloatVector b1 = a0;
                FloatVector c0 = a0;
                FloatVector c1 = a0;
                FloatVector e0 = a0;
                FloatVector e1 = a0;
                int start = panel * inputs * HALVES + half;
                for (int k = 0; k < inputs; k++) {
                    int at = start + k * HALVES;
                    int from = row * inputs + k;
                    IntVector two = IntVector.fromArray(INTS, weights, at);
                    FloatVector first = low(two, sixteen);
                    FloatVector second = high(two, mask);
                    two = IntVector.fromArray(INTS, weights, at + WIDE);
                    FloatVector third = low(two, sixteen);
                    FloatVector fourth = high(two, mask);
                    FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                    a0 = first.fma(factor, a0);
                    b0 = second.fma(factor, b0);
                    c0 = third.fma(factor, c0);
                    e0 = fourth.fma(factor, e0);
                    factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                    a1 = first.fma(factor, a1);
                    b1 = second.fma(factor, b1);
                    c1 = third.fma(factor, c1);
                    e1 = fourth.fma(factor, e1);
                }
                int place = to + place(half);
                store(a0, b0, sums, place);
                store(a1, b1, sums, place + stride);
                place = to + place(half + WIDE);
                store(c0, e0, sums, place);
                store(c1, e1, sums, place + stride);
            }
        }
    }

    /** Four rows, or three of which the third counts twice: {@code last} is the number of the last one, from 0. */
    static void four(PackedWeights w, int panel, float[] x, int row, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, HIGH_BITS);
        for (int half = 0; half < HALVES; half += WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            int start = panel * inputs * HALVES + half;
            for (int k = 0; k < inputs; k++) {
                int at = start + k * HALVES;
                int from = row * inputs + k;
                IntVector two = IntVector.fromArray(INTS, weights, at);
                FloatVector first = low(two, sixteen);
                FloatVector second = high(two, mask);
                FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                a0 = first.fma(factor, a0);
                b0 = second.fma(factor, b0);
                factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                a1 = first.fma(factor, a1);
                b1 = second.fma(factor, b1);
                factor = FloatVector.broadcast(FLOATS, x[from + 2 * inputs]);
                a2 = first.fma(factor, a2);
                b2 = second.fma(factor, b2);
                factor = FloatVector.broadcast(FLOATS, x[from + lastInput]);
                a3 = first.fma(factor, a3);
                b3 = second.fma(factor, b3);
            }
            int place = to + place(half);
            store(a0, b0, sums, place);
            store(a1, b1, sums, place + stride);
            store(a2, b2, sums, place + 2 * stride);
            store(a3, b3, sums, place + lastSum);
        }
    }

    /** Six rows, or five of which the fifth counts twice; for processors with 32 registers. */
    static void six(PackedWeights w, int panel, float[] x, int row, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, HIGH_BITS);
        for (int half = 0; half < HALVES; half += WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector a4 = a0;
            FloatVector a5 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            FloatVector b4 = a0;
            FloatVector b5 = a0;
            int start = panel * inputs * HALVES + half;
            for (int k = 0; k < inputs; k++) {
                int at = start + k * HALVES;
                int from = row * inputs + k;
                IntVector two = IntVector.fromArray(INTS, weights, at);
                FloatVector first = low(two, sixteen);
                FloatVector second = high(two, mask);
                FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                a0 = first.fma(factor, a0);
                b0 = second.fma(factor, b0);
                factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                a1 = first.fma(factor, a1);
                b1 = second.fma(factor, b1);
                factor = FloatVector.broadcast(FLOATS, x[from + 2 * inputs]);
                a2 = first.fma(factor, a2);
                b2 = second.fma(factor, b2);
                factor = FloatVector.broadcast(FLOATS, x[from + 3 * inputs]);
                a3 = first.fma(factor, a3);
                b3 = second.fma(factor, b3);
                factor = FloatVector.broadcast(FLOATS, x[from + 4 * inputs]);
                a4 = first.fma(factor, a4);
                b4 = second.fma(factor, b4);
                factor = FloatVector.broadcast(FLOATS, x[from + lastInput]);
                a5 = first.fma(factor, a5);
                b5 = second.fma(factor, b5);
            }
            int place = to + place(half);
            store(a0, b0, sums, place);
            store(a1, b1, sums, place + stride);
            store(a2, b2, sums, place + 2 * stride);
            store(a3, b3, sums, place + 3 * stride);
            store(a4, b4, sums, place + 4 * stride);
            store(a5, b5, sums, place + lastSum);
        }
    }

    /** As {@link #six} for eight rows, or seven. */
    static void eight(PackedWeights w, int panel, float[] x, int row, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, HIGH_BITS);
        for (int half = 0; half < HALVES; half += WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector a4 = a0;
            FloatVector a5 = a0;
            FloatVector a6 = a0;
            FloatVector a7 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            FloatVector b4 = a0;
            FloatVector b5 = a0;
            FloatVector b6 = a0;
            FloatVector b7 = a0;
            int start = panel * inputs * HALVES + half;
            for (int k = 0; k < inputs; k++) {
                int at = start + k * HALVES;
                int from = row * inputs + k;
                IntVector two = IntVector.fromArray(INTS, weights, at);
                FloatVector first = low(two, sixteen);
                FloatVector second = high(two, mask);
                FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                a0 = first.fma(factor, a0);
                b0 = second.fma(factor, b0);
                factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                a1 = first.fma(factor, a1);
                b1 = second.fma(factor, b1);
                factor = FloatVector.broadcast(FLOATS, x[from + 2 * inputs]);
                a2 = first.fma(factor, a2);
                b2 = second.fma(factor, b2);
                factor = FloatVector.broadcast(FLOATS, x[from + 3 * inputs]);
                a3 = first.fma(factor, a3);
                b3 = second.fma(factor, b3);
                factor = FloatVector.broadcast(FLOATS, x[from + 4 * inputs]);
                a4 = first.fma(factor, a4);
                b4 = second.fma(factor, b4);
                factor = FloatVector.broadcast(FLOATS, x[from + 5 * inputs]);
                a5 = first.fma(factor, a5);
                b5 = second.fma(factor, b5);
                factor = FloatVector.broadcast(FLOATS, x[from + 6 * inputs]);
                a6 = first.fma(factor, a6);
                b6 = second.fma(factor, b6);
                factor = FloatVector.broadcast(FLOATS, x[from + lastInput]);
                a7 = first.fma(factor, a7);
                b7 = second.fma(factor, b7);
            }
            int place = to + place(half);
            store(a0, b0, sums, place);
            store(a1, b1, sums, place + stride);
            store(a2, b2, sums, place + 2 * stride);
            store(a3, b3, sums, place + 3 * stride);
            store(a4, b4, sums, place + 4 * stride);
            store(a5, b5, sums, place + 5 * stride);
            store(a6, b6, sums, place + 6 * stride);
            store(a7, b7, sums, place + lastSum);
        }
    }

    /** Where the low half at this place of a line belongs. */
    private static int place(int half) {
        return half / LANES * 2 * LANES + half % LANES;
    }

    static FloatVector low(IntVector two, IntVector sixteen) {
        return two.lanewise(VectorOperators.LSHL, sixteen).reinterpretAsFloats();
    }

    static FloatVector high(IntVector two, IntVector mask) {
        return two.and(mask).reinterpretAsFloats();
    }

    static void store(FloatVector low, FloatVector high, float[] sums, int at) {
        low.intoArray(sums, at);
        high.intoArray(sums, at + LANES);
    }
}
