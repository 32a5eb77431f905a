// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of two to four rows and two whole panels, for vectors of half a panel: as {@link OneRowTiles}, sums of one panel would wait for
 * their last additions. Every sum is that of {@link NarrowTiles} and {@link WideTiles}.
 */
final class PanelPairTiles {
    private static final VectorSpecies<Float> FLOATS = VectorRowKernels.species();
    private static final VectorSpecies<Integer> INTS = NarrowTiles.INTS;
    private static final int WIDE = FLOATS.length();
    private static final int PANEL = PackedWeights.PANEL;
    private static final int HALVES = PANEL / 2;

    /** Most rows. */
    static final int ROWS = 4;

    private PanelPairTiles() {}

    /** Sums of {@code count} rows from the first one on, two to four. */
    static void multiply(PackedWeights w, int panel, float[] x, int count, float[] y) {
        int to = panel * PANEL;
        int stride = w.outputs();
        if (count == 2 && w.isNarrow()) {
            pairNarrow(w, panel, x, y, to, stride);
        } else if (count == 2) {
            pairWide(w, panel, x, y, to, stride);
        } else if (w.isNarrow()) {
            fourNarrow(w, panel, x, count - 1, y, to, stride);
        } else {
            fourWide(w, panel, x, count - 1, y, to, stride);
        }
    }

    /** Two rows. */
    private static void pairNarrow(PackedWeights w, int panel, float[] x, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, NarrowTiles.HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, NarrowTiles.HIGH_BITS);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        int start = panel * inputs * HALVES;
        int behind = start + inputs * HALVES;
        for (int k = 0; k < inputs; k++) {
            IntVector two = IntVector.fromArray(INTS, weights, start + k * HALVES);
            FloatVector first = NarrowTiles.low(two, sixteen);
            FloatVector second = NarrowTiles.high(two, mask);
            two = IntVector.fromArray(INTS, weights, behind + k * HALVES);
            FloatVector third = NarrowTiles.low(two, sixteen);
            FloatVector fourth = NarrowTiles.high(two, mask);
            FloatVector factor = FloatVector.broadcast(FLOATS, x[k]);
            a0 = first.fma(factor, a0);
            b0 = second.fma(factor, b0);
            c0 = third.fma(factor, c0);
            e0 = fourth.fma(factor, e0);
            factor = FloatVector.broadcast(FLOATS, x[k + inputs]);
            a1 = first.fma(factor, a1);
            b1 = second.fma(factor, b1);
            c1 = third.fma(factor, c1);
            e1 = fourth.fma(factor, e1);
        }
        NarrowTiles.store(a0, b0, sums, to);
        NarrowTiles.store(c0, e0, sums, to + PANEL);
        NarrowTiles.store(a1, b1, sums, to + stride);
        NarrowTiles.store(c1, e1, sums, to + stride + PANEL);
    }

    /** Four rows, or three of which the third counts twice: {@code last} is the number of the last one, from 0. */
    private static void fourNarrow(PackedWeights w, int panel, float[] x, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        int[] weights = w.narrow();
        IntVector sixteen = IntVector.broadcast(INTS, NarrowTiles.HIGH_HALF);
        IntVector mask = IntVector.broadcast(INTS, NarrowTiles.HIGH_BITS);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector c3 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector e2 = a0;
        FloatVector e3 = a0;
        int start = panel * inputs * HALVES;
        int behind = start + inputs * HALVES;
        for (int k = 0; k < inputs; k++) {
            IntVector two = IntVector.fromArray(INTS, weights, start + k * HALVES);
            FloatVector first = NarrowTiles.low(two, sixteen);
            FloatVector second = NarrowTiles.high(two, mask);
            two = IntVector.fromArray(INTS, weights, behind + k * HALVES);
            FloatVector third = NarrowTiles.low(two, sixteen);
            FloatVector fourth = NarrowTiles.high(two, mask);
            FloatVector factor = FloatVector.broadcast(FLOATS, x[k]);
            a0 = first.fma(factor, a0);
            b0 = second.fma(factor, b0);
            c0 = third.fma(factor, c0);
            e0 = fourth.fma(factor, e0);
            factor = FloatVector.broadcast(FLOATS, x[k + inputs]);
            a1 = first.fma(factor, a1);
            b1 = second.fma(factor, b1);
            c1 = third.fma(factor, c1);
            e1 = fourth.fma(factor, e1);
            factor = FloatVector.broadcast(FLOATS, x[k + 2 * inputs]);
            a2 = first.fma(factor, a2);
            b2 = second.fma(factor, b2);
            c2 = third.fma(factor, c2);
            e2 = fourth.fma(factor, e2);
            factor = FloatVector.broadcast(FLOATS, x[k + lastInput]);
            a3 = first.fma(factor, a3);
            b3 = second.fma(factor, b3);
            c3 = third.fma(factor, c3);
            e3 = fourth.fma(factor, e3);
        }
        NarrowTiles.store(a0, b0, sums, to);
        NarrowTiles.store(c0, e0, sums, to + PANEL);
        NarrowTiles.store(a1, b1, sums, to + stride);
        NarrowTiles.store(c1, e1, sums, to + stride + PANEL);
        NarrowTiles.store(a2, b2, sums, to + 2 * stride);
        NarrowTiles.store(c2, e2, sums, to + 2 * stride + PANEL);
        NarrowTiles.store(a3, b3, sums, to + lastSum);
        NarrowTiles.store(c3, e3, sums, to + lastSum + PANEL);
    }

    /** Two rows. */
    private static void pairWide(PackedWeights w, int panel, float[] x, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        float[] weights = w.wide();
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        int start = panel * inputs * PANEL;
        int behind = start + inputs * PANEL;
        for (int k = 0; k < inputs; k++) {
            FloatVector first = FloatVector.fromArray(FLOATS, weights, start + k * PANEL);
            FloatVector second = FloatVector.fromArray(FLOATS, weights, start + k * PANEL + WIDE);
            FloatVector third = FloatVector.fromArray(FLOATS, weights, behind + k * PANEL);
            FloatVector fourth = FloatVector.fromArray(FLOATS, weights, behind + k * PANEL + WIDE);
            FloatVector factor = FloatVector.broadcast(FLOATS, x[k]);
            a0 = first.fma(factor, a0);
            b0 = second.fma(factor, b0);
            c0 = third.fma(factor, c0);
            e0 = fourth.fma(factor, e0);
            factor = FloatVector.broadcast(FLOATS, x[k + inputs]);
            a1 = first.fma(factor, a1);
            b1 = second.fma(factor, b1);
            c1 = third.fma(factor, c1);
            e1 = fourth.fma(factor, e1);
        }
        NarrowTiles.store(a0, b0, sums, to);
        NarrowTiles.store(c0, e0, sums, to + PANEL);
        NarrowTiles.store(a1, b1, sums, to + stride);
        NarrowTiles.store(c1, e1, sums, to + stride + PANEL);
    }

    /** Four rows, or three of which the third counts twice: {@code last} is the number of the last one, from 0. */
    private static void fourWide(PackedWeights w, int panel, float[] x, int last, float[] sums, int to, int stride) {
        int inputs = w.inputs();
        int lastInput = last * inputs;
        int lastSum = last * stride;
        float[] weights = w.wide();
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector c3 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector e2 = a0;
        FloatVector e3 = a0;
        int start = panel * inputs * PANEL;
        int behind = start + inputs * PANEL;
        for (int k = 0; k < inputs; k++) {
            FloatVector first = FloatVector.fromArray(FLOATS, weights, start + k * PANEL);
            FloatVector second = FloatVector.fromArray(FLOATS, weights, start + k * PANEL + WIDE);
            FloatVector third = FloatVector.fromArray(FLOATS, weights, behind + k * PANEL);
            FloatVector fourth = FloatVector.fromArray(FLOATS, weights, behind + k * PANEL + WIDE);
            FloatVector factor = FloatVector.broadcast(FLOATS, x[k]);
            a0 = first.fma(factor, a0);
            b0 = second.fma(factor, b0);
            c0 = third.fma(factor, c0);
            e0 = fourth.fma(factor, e0);
            factor = FloatVector.broadcast(FLOATS, x[k + inputs]);
            a1 = first.fma(factor, a1);
            b1 = second.fma(factor, b1);
            c1 = third.fma(factor, c1);
            e1 = fourth.fma(factor, e1);
            factor = FloatVector.broadcast(FLOATS, x[k + 2 * inputs]);
            a2 = first.fma(factor, a2);
            b2 = second.fma(factor, b2);
            c2 = third.fma(factor, c2);
            e2 = fourth.fma(factor, e2);
            factor = FloatVector.broadcast(FLOATS, x[k + lastInput]);
            a3 = first.fma(factor, a3);
            b3 = second.fma(factor, b3);
            c3 = third.fma(factor, c3);
            e3 = fourth.fma(factor, e3);
        }
        NarrowTiles.store(a0, b0, sums, to);
        NarrowTiles.store(c0, e0, sums, to + PANEL);
        NarrowTiles.store(a1, b1, sums, to + stride);
        NarrowTiles.store(c1, e1, sums, to + stride + PANEL);
        NarrowTiles.store(a2, b2, sums, to + 2 * stride);
        NarrowTiles.store(c2, e2, sums, to + 2 * stride + PANEL);
        NarrowTiles.store(a3, b3, sums, to + lastSum);
        NarrowTiles.store(c3, e3, sums, to + lastSum + PANEL);
    }
}
