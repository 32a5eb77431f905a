// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

/** Products of rows and packed weights, in tiles of rows and of some vectors of outputs that stay in registers. */
final class VectorMultiply {
    private static final int PANEL = PackedWeights.PANEL;

    /** Whether a line of a panel is two vectors, and there are registers for 16 of sums; else it is four. */
    static final boolean LONG_VECTORS = PANEL == 2 * VectorRowKernels.species().length();

    /** Rows that registers hold the sums of, at most. */
    private static final int TILE = LONG_VECTORS ? 8 : 4;

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
     * reach, in parts of about one size, so that a weight is read once for them; every sum has one order, whatever is taken
     * together.
     */
    private static void panel(PackedWeights w, int panel, float[] x, int rows, float[] sums, int to, int stride) {
        for (int r = 0; r < rows; ) {
            int parts = (rows - r + TILE - 1) / TILE;
            int together = (rows - r + parts - 1) / parts;
            int at = to + r * stride;
            if (w.isNarrow()) {
                narrow(w, panel, x, r, together, sums, at, stride);
            } else {
                wide(w, panel, x, r, together, sums, at, stride);
            }
            r += together;
        }
    }

    private static void narrow(
            PackedWeights w, int panel, float[] x, int row, int count, float[] sums, int to, int stride) {
        if (count > 6) {
            NarrowTiles.eight(w, panel, x, row, count - 1, sums, to, stride);
        } else if (count > 4) {
            NarrowTiles.six(w, panel, x, row, count - 1, sums, to, stride);
        } else if (count > 2) {
            NarrowTiles.four(w, panel, x, row, count - 1, sums, to, stride);
        } else if (count == 2) {
            NarrowTiles.pair(w, panel, x, row, sums, to, stride);
        } else {
            NarrowTiles.row(w, panel, x, row, sums, to);
        }
    }

    private static void wide(
            PackedWeights w, int panel, float[] x, int row, int count, float[] sums, int to, int stride) {
        if (count > 6) {
            WideTiles.eight(w, panel, x, row, count - 1, sums, to, stride);
        } else if (count > 4) {
            WideTiles.six(w, panel, x, row, count - 1, sums, to, stride);
        } else if (count > 2) {
            WideTiles.four(w, panel, x, row, count - 1, sums, to, stride);
        } else if (count == 2) {
            WideTiles.pair(w, panel, x, row, sums, to, stride);
        } else {
            WideTiles.row(w, panel, x, row, sums, to);
        }
    }
}
