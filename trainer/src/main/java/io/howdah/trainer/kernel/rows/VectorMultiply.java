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
        int together = 1;
        for (int panel = fromPanel; panel < toPanel; panel += together) {
            together = several(w, panel, toPanel, x, rows, y);
            if (together == 0) {
                together = 1;
                onePanel(w, panel, x, rows, y);
            }
            for (int done = panel; done < panel + together && w.isWhole(done); done++) {
                w.addBias(done, y, rows);
            }
        }
    }

    /**
     * Sums of a few rows and several whole panels; returns how many, or 0 if panels are to be taken one by one: then registers are full
     * of the sums of one, or one has as many as keep the processor busy.
     */
    private static int several(PackedWeights w, int panel, int end, float[] x, int rows, float[] y) {
        int panels = rows == 1 ? OneRowTiles.PANELS : 2;
        if (!LONG_VECTORS || rows > PanelPairTiles.ROWS || panel + panels > end || !w.isWhole(panel + panels - 1)) {
            return 0;
        }
        if (rows == 1) {
            OneRowTiles.multiply(w, panel, x, y);
        } else {
            PanelPairTiles.multiply(w, panel, x, rows, y);
        }
        return panels;
    }

    private static void onePanel(PackedWeights w, int panel, float[] x, int rows, float[] y) {
        if (w.isWhole(panel)) {
            panel(w, panel, x, rows, y, panel * PANEL, w.outputs());
        } else {
            float[] padded = new float[rows * PANEL];
            panel(w, panel, x, rows, padded, 0, PANEL);
            for (int row = 0; row < rows; row++) {
                w.store(padded, row * PANEL, panel, y, row);
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
