// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of one row and four whole panels, for vectors of half a panel. One panel has so few sums that each waits for its last addition, and
 * one stream of weights does not keep memory busy. Every sum is that of {@link NarrowTiles#row} and {@link WideTiles#row}, and
 * methods are as long for the same reason.
 */
final class OneRowTiles {
    private static final VectorSpecies<Float> FLOATS = VectorRowKernels.species();
    private static final VectorSpecies<Integer> INTS = NarrowTiles.INTS;
    private static final int WIDE = FLOATS.length();
    private static final int PANEL = PackedWeights.PANEL;
    private static final int HALVES = PANEL / 2;

    /** Panels that registers hold the sums of. */
    static final int PANELS = 4;

    private OneRowTiles() {}

    /** Sums of {@link #PANELS} panels from {@code panel} on, into those outputs of y. */
    static void multiply(PackedWeights w, int panel, float[] x, float[] y) {
        if (w.isNarrow()) {
            narrow(w, panel, x, y, panel * PANEL);
        } else {
            wide(w, panel, x, y, panel * PANEL);
        }
    }

    private static void narrow(PackedWeights w, int panel, float[] x, float[] sums, int to) {
        int inputs = w.inputs();
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
        int first = panel * inputs * HALVES;
        int second = first + inputs * HALVES;
        int third = second + inputs * HALVES;
        int fourth = third + inputs * HALVES;
        for (int k = 0; k < inputs; k++) {
            FloatVector factor = FloatVector.broadcast(FLOATS, x[k]);
            IntVector two = IntVector.fromArray(INTS, weights, first + k * HALVES);
            a0 = NarrowTiles.low(two, sixteen).fma(factor, a0);
            b0 = NarrowTiles.high(two, mask).fma(factor, b0);
            two = IntVector.fromArray(INTS, weights, second + k * HALVES);
            a1 = NarrowTiles.low(two, sixteen).fma(factor, a1);
            b1 = NarrowTiles.high(two, mask).fma(factor, b1);
            two = IntVector.fromArray(INTS, weights, third + k * HALVES);
            a2 = NarrowTiles.low(two, sixteen).fma(factor, a2);
            b2 = NarrowTiles.high(two, mask).fma(factor, b2);
            two = IntVector.fromArray(INTS, weights, fourth + k * HALVES);
            a3 = NarrowTiles.low(two, sixteen).fma(factor, a3);
            b3 = NarrowTiles.high(two, mask).fma(factor, b3);
        }
        NarrowTiles.store(a0, b0, sums, to);
        NarrowTiles.store(a1, b1, sums, to + PANEL);
        NarrowTiles.store(a2, b2, sums, to + 2 * PANEL);
        NarrowTiles.store(a3, b3, sums, to + 3 * PANEL);
    }

    private static void wide(PackedWeights w, int panel, float[] x, float[] sums, int to) {
        int inputs = w.inputs();
        float[] weights = w.wide();
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        int first = panel * inputs * PANEL;
        int second = first + inputs * PANEL;
        int third = second + inputs * PANEL;
        int fourth = third + inputs * PANEL;
        for (int k = 0; k < inputs; k++) {
            FloatVector factor = FloatVector.broadcast(FLOATS, x[k]);
            a0 = FloatVector.fromArray(FLOATS, weights, first + k * PANEL).fma(factor, a0);
            b0 = FloatVector.fromArray(FLOATS, weights, first + k * PANEL + WIDE)
                    .fma(factor, b0);
            a1 = FloatVector.fromArray(FLOATS, weights, second + k * PANEL).fma(factor, a1);
            b1 = FloatVector.fromArray(FLOATS, weights, second + k * PANEL + WIDE)
                    .fma(factor, b1);
            a2 = FloatVector.fromArray(FLOATS, weights, third + k * PANEL).fma(factor, a2);
            b2 = FloatVector.fromArray(FLOATS, weights, third + k * PANEL + WIDE)
                    .fma(factor, b2);
            a3 = FloatVector.fromArray(FLOATS, weights, fourth + k * PANEL).fma(factor, a3);
            b3 = FloatVector.fromArray(FLOATS, weights, fourth + k * PANEL + WIDE)
                    .fma(factor, b3);
        }
        NarrowTiles.store(a0, b0, sums, to);
        NarrowTiles.store(a1, b1, sums, to + PANEL);
        NarrowTiles.store(a2, b2, sums, to + 2 * PANEL);
        NarrowTiles.store(a3, b3, sums, to + 3 * PANEL);
    }
}
