// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of rows and packed weights, in tiles of rows and of two vectors of outputs that stay in registers. */
final class VectorMultiply {
    private static final VectorSpecies<Float> FLOATS = VectorRowKernels.species();
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED.length() == FLOATS.length()
            ? IntVector.SPECIES_PREFERRED
            : IntVector.SPECIES_512;
    private static final int WIDE = FLOATS.length();
    private static final int LANES = RowKernels.LANES;
    private static final int PANEL = PackedWeights.PANEL;
    private static final int HALVES = PANEL / 2;
    private static final int HIGH_HALF = 16;
    private static final int HIGH_BITS = 0xffff0000;
    private static final int TILE = 4;

    void multiply(PackedWeights w, float[] x, int rows, float[] y, int fromPanel, int toPanel) {
        for (int panel = fromPanel; panel < toPanel; panel++) {
            if (w.isWhole(panel)) {
                panel(w, panel, x, rows, y, panel * PANEL, w.outputs());
                w.addBias(panel, y, rows);
            } else {
                float[] padded = new float[rows * PANEL];
                panel(w, panel, x, rows, padded, 0, PANEL);
                for (int row = 0; row < rows; row++) {
                    w.store(padded, row * PANEL, panel, y, row);
                }
            }
        }
    }

    /**
     * Sums of one panel; those of row r begin at {@code to + r · stride}. Rows are taken together as far as registers
     * reach, so that a weight is read once for them; every sum has one order, whatever is taken together.
     */
    private static void panel(PackedWeights w, int panel, float[] x, int rows, float[] sums, int to, int stride) {
        for (int r = 0; r < rows; ) {
            int together = Math.min(TILE, rows - r);
            int at = to + r * stride;
            if (w.isNarrow()) {
                switch (together) {
                    case 1 -> narrowRow(w, panel, x, r, sums, at);
                    case 2 -> narrowPair(w, panel, x, r, sums, at, stride);
                    default -> narrowTile(w, panel, x, r, together - 1, sums, at, stride);
                }
            } else {
                switch (together) {
                    case 1 -> wideRow(w, panel, x, r, sums, at);
                    case 2 -> widePair(w, panel, x, r, sums, at, stride);
                    default -> wideTile(w, panel, x, r, together - 1, sums, at, stride);
                }
            }
            r += together;
        }
    }

    private static void narrowRow(PackedWeights w, int panel, float[] x, int row, float[] sums, int to) {
        int inputs = w.inputs();
        int[] weights = w.narrow();
        for (int half = 0; half < HALVES; half += 2 * WIDE) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector e = a;
            int at = panel * inputs * HALVES + half;
            for (int k = 0; k < inputs; k++, at += HALVES) {
                FloatVector factor = FloatVector.broadcast(FLOATS, x[row * inputs + k]);
                IntVector first = IntVector.fromArray(INTS, weights, at);
                IntVector second = IntVector.fromArray(INTS, weights, at + WIDE);
                a = low(first).fma(factor, a);
                b = high(first).fma(factor, b);
                c = low(second).fma(factor, c);
                e = high(second).fma(factor, e);
            }
            a.intoArray(sums, to + place(half));
            b.intoArray(sums, to + place(half) + LANES);
            c.intoArray(sums, to + place(half + WIDE));
            e.intoArray(sums, to + place(half + WIDE) + LANES);
        }
    }

    /** Where the low half at this place of a line belongs. */
    private static int place(int half) {
        return half / LANES * 2 * LANES + half % LANES;
    }

    private static FloatVector low(IntVector two) {
        return two.lanewise(VectorOperators.LSHL, HIGH_HALF).reinterpretAsFloats();
    }

    private static FloatVector high(IntVector two) {
        return two.and(HIGH_BITS).reinterpretAsFloats();
    }

    private static void narrowPair(PackedWeights w, int panel, float[] x, int row, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int[] weights = w.narrow();
        for (int half = 0; half < HALVES; half += 2 * WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector c0 = a0;
            FloatVector c1 = a0;
            FloatVector e0 = a0;
            FloatVector e1 = a0;
            int at = panel * inputs * HALVES + half;
            int from = row * inputs;
            for (int k = 0; k < inputs; k++, at += HALVES, from++) {
                FloatVector first = FloatVector.broadcast(FLOATS, x[from]);
                FloatVector second = FloatVector.broadcast(FLOATS, x[from + inputs]);
                IntVector two = IntVector.fromArray(INTS, weights, at);
                FloatVector low = low(two);
                FloatVector high = high(two);
                a0 = low.fma(first, a0);
                a1 = low.fma(second, a1);
                b0 = high.fma(first, b0);
                b1 = high.fma(second, b1);
                two = IntVector.fromArray(INTS, weights, at + WIDE);
                low = low(two);
                high = high(two);
                c0 = low.fma(first, c0);
                c1 = low.fma(second, c1);
                e0 = high.fma(first, e0);
                e1 = high.fma(second, e1);
            }
            int place = to + place(half);
            a0.intoArray(sums, place);
            b0.intoArray(sums, place + LANES);
            a1.intoArray(sums, place + stride);
            b1.intoArray(sums, place + stride + LANES);
            place = to + place(half + WIDE);
            c0.intoArray(sums, place);
            e0.intoArray(sums, place + LANES);
            c1.intoArray(sums, place + stride);
            e1.intoArray(sums, place + stride + LANES);
        }
    }

    /** Four rows, or three of which the third counts twice: {@code last} is the number of the last one, from 0. */
    private static void narrowTile(
            PackedWeights w, int panel, float[] x, int row, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        int[] weights = w.narrow();
        for (int half = 0; half < HALVES; half += WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            int at = panel * inputs * HALVES + half;
            int from = row * inputs;
            for (int k = 0; k < inputs; k++, at += HALVES, from++) {
                IntVector two = IntVector.fromArray(INTS, weights, at);
                FloatVector low = low(two);
                FloatVector high = high(two);
                FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                a0 = low.fma(factor, a0);
                b0 = high.fma(factor, b0);
                factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                a1 = low.fma(factor, a1);
                b1 = high.fma(factor, b1);
                factor = FloatVector.broadcast(FLOATS, x[from + 2 * inputs]);
                a2 = low.fma(factor, a2);
                b2 = high.fma(factor, b2);
                factor = FloatVector.broadcast(FLOATS, x[from + lastInput]);
                a3 = low.fma(factor, a3);
                b3 = high.fma(factor, b3);
            }
            int place = to + place(half);
            a0.intoArray(sums, place);
            b0.intoArray(sums, place + LANES);
            a1.intoArray(sums, place + stride);
            b1.intoArray(sums, place + stride + LANES);
            a2.intoArray(sums, place + 2 * stride);
            b2.intoArray(sums, place + 2 * stride + LANES);
            a3.intoArray(sums, place + lastSum);
            b3.intoArray(sums, place + lastSum + LANES);
        }
    }

    private static void wideRow(PackedWeights w, int panel, float[] x, int row, float[] sums, int to) {
        int inputs = w.inputs();
        float[] weights = w.wide();
        for (int lane = 0; lane < PANEL; lane += 4 * WIDE) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector e = a;
            int at = panel * inputs * PANEL + lane;
            for (int k = 0; k < inputs; k++, at += PANEL) {
                FloatVector factor = FloatVector.broadcast(FLOATS, x[row * inputs + k]);
                a = FloatVector.fromArray(FLOATS, weights, at).fma(factor, a);
                b = FloatVector.fromArray(FLOATS, weights, at + WIDE).fma(factor, b);
                c = FloatVector.fromArray(FLOATS, weights, at + 2 * WIDE).fma(factor, c);
                e = FloatVector.fromArray(FLOATS, weights, at + 3 * WIDE).fma(factor, e);
            }
            a.intoArray(sums, to + lane);
            b.intoArray(sums, to + lane + WIDE);
            c.intoArray(sums, to + lane + 2 * WIDE);
            e.intoArray(sums, to + lane + 3 * WIDE);
        }
    }

    private static void widePair(PackedWeights w, int panel, float[] x, int row, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        float[] weights = w.wide();
        for (int lane = 0; lane < PANEL; lane += 4 * WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector c0 = a0;
            FloatVector c1 = a0;
            FloatVector e0 = a0;
            FloatVector e1 = a0;
            int at = panel * inputs * PANEL + lane;
            int from = row * inputs;
            for (int k = 0; k < inputs; k++, at += PANEL, from++) {
                FloatVector first = FloatVector.broadcast(FLOATS, x[from]);
                FloatVector second = FloatVector.broadcast(FLOATS, x[from + inputs]);
                FloatVector weight = FloatVector.fromArray(FLOATS, weights, at);
                a0 = weight.fma(first, a0);
                a1 = weight.fma(second, a1);
                weight = FloatVector.fromArray(FLOATS, weights, at + WIDE);
                b0 = weight.fma(first, b0);
                b1 = weight.fma(second, b1);
                weight = FloatVector.fromArray(FLOATS, weights, at + 2 * WIDE);
                c0 = weight.fma(first, c0);
                c1 = weight.fma(second, c1);
                weight = FloatVector.fromArray(FLOATS, weights, at + 3 * WIDE);
                e0 = weight.fma(first, e0);
                e1 = weight.fma(second, e1);
            }
            int place = to + lane;
            a0.intoArray(sums, place);
            b0.intoArray(sums, place + WIDE);
            c0.intoArray(sums, place + 2 * WIDE);
            e0.intoArray(sums, place + 3 * WIDE);
            place += stride;
            a1.intoArray(sums, place);
            b1.intoArray(sums, place + WIDE);
            c1.intoArray(sums, place + 2 * WIDE);
            e1.intoArray(sums, place + 3 * WIDE);
        }
    }

    /** Four rows, or three of which the third counts twice: {@code last} is the number of the last one, from 0. */
    private static void wideTile(
            PackedWeights w, int panel, float[] x, int row, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        float[] weights = w.wide();
        for (int lane = 0; lane < PANEL; lane += 2 * WIDE) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            int at = panel * inputs * PANEL + lane;
            int from = row * inputs;
            for (int k = 0; k < inputs; k++, at += PANEL, from++) {
                FloatVector low = FloatVector.fromArray(FLOATS, weights, at);
                FloatVector high = FloatVector.fromArray(FLOATS, weights, at + WIDE);
                FloatVector factor = FloatVector.broadcast(FLOATS, x[from]);
                a0 = low.fma(factor, a0);
                b0 = high.fma(factor, b0);
                factor = FloatVector.broadcast(FLOATS, x[from + inputs]);
                a1 = low.fma(factor, a1);
                b1 = high.fma(factor, b1);
                factor = FloatVector.broadcast(FLOATS, x[from + 2 * inputs]);
                a2 = low.fma(factor, a2);
                b2 = high.fma(factor, b2);
                factor = FloatVector.broadcast(FLOATS, x[from + lastInput]);
                a3 = low.fma(factor, a3);
                b3 = high.fma(factor, b3);
            }
            a0.intoArray(sums, to + lane);
            b0.intoArray(sums, to + lane + WIDE);
            a1.intoArray(sums, to + lane + stride);
            b1.intoArray(sums, to + lane + stride + WIDE);
            a2.intoArray(sums, to + lane + 2 * stride);
            b2.intoArray(sums, to + lane + 2 * stride + WIDE);
            a3.intoArray(sums, to + lane + lastSum);
            b3.intoArray(sums, to + lane + lastSum + WIDE);
        }
    }
}
