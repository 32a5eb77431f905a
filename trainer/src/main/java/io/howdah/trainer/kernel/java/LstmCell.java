// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Steps of an LSTM, row by row in binary64. */
final class LstmCell {
    /** Gates below which another thread costs more than it saves. */
    private static final long GRAIN = 1 << 12;

    private LstmCell() {}

    static void forward(Tensor gates, Tensor addend, Tensor cell, Tensor newCell, Tensor hidden) {
        long grain = Math.max(1, GRAIN / Math.max(1, gates.size(1)));
        Parallel.ranges(gates.size(0), grain, (first, end) -> {
            int size = Math.toIntExact(cell.size(1));
            boolean fast = gates.dtype() != DType.FLOAT64;
            Cursor gatesIn = new Cursor(gates, first * gates.size(1));
            Cursor gatesOut = new Cursor(gates, first * gates.size(1));
            Cursor addends = new Cursor(addend, first * addend.size(1));
            Cursor cells = new Cursor(cell, first * cell.size(1));
            Cursor newCells = new Cursor(newCell, first * newCell.size(1));
            Cursor hiddens = new Cursor(hidden, first * hidden.size(1));
            double[] gate = new double[4 * size];
            double[] added = new double[4 * size];
            double[] c = new double[size];
            double[] h = new double[size];
            for (long row = first; row < end; row++) {
                gatesIn.read(gate, 4 * size);
                addends.read(added, 4 * size);
                for (int j = 0; j < 4 * size; j++) {
                    gate[j] += added[j];
                }
                Logistic.sigmoid(gate, 0, 2 * size, fast);
                Logistic.tanh(gate, 2 * size, 3 * size, fast);
                Logistic.sigmoid(gate, 3 * size, 4 * size, fast);
                cells.read(c, size);
                for (int j = 0; j < size; j++) {
                    c[j] = gate[size + j] * c[j] + gate[j] * gate[2 * size + j];
                }
                System.arraycopy(c, 0, h, 0, size);
                Logistic.tanh(h, 0, size, fast);
                for (int j = 0; j < size; j++) {
                    h[j] *= gate[3 * size + j];
                }
                gatesOut.write(gate, 4 * size);
                newCells.write(c, size);
                hiddens.write(h, size);
            }
        });
    }

    static void gradient(
            Tensor gates, Tensor cell, Tensor newCell, Tensor gradHidden, Tensor gradCell, Tensor gradGates) {
        long grain = Math.max(1, GRAIN / Math.max(1, gates.size(1)));
        Parallel.ranges(gates.size(0), grain, (first, end) -> {
            int size = Math.toIntExact(cell.size(1));
            boolean fast = gates.dtype() != DType.FLOAT64;
            Cursor activations = new Cursor(gates, first * gates.size(1));
            Cursor cells = new Cursor(cell, first * cell.size(1));
            Cursor newCells = new Cursor(newCell, first * newCell.size(1));
            Cursor gradHiddens = new Cursor(gradHidden, first * gradHidden.size(1));
            Cursor gradCellsIn = new Cursor(gradCell, first * gradCell.size(1));
            Cursor gradCellsOut = new Cursor(gradCell, first * gradCell.size(1));
            Cursor slopes = new Cursor(gradGates, first * gradGates.size(1));
            double[] gate = new double[4 * size];
            double[] slope = new double[4 * size];
            double[] c = new double[size];
            double[] t = new double[size];
            double[] dh = new double[size];
            double[] dc = new double[size];
            for (long row = first; row < end; row++) {
                activations.read(gate, 4 * size);
                cells.read(c, size);
                newCells.read(t, size);
                Logistic.tanh(t, 0, size, fast);
                gradHiddens.read(dh, size);
                gradCellsIn.read(dc, size);
                slopes(gate, c, t, dh, dc, slope);
                slopes.write(slope, 4 * size);
                gradCellsOut.write(dc, size);
            }
        });
    }

    /** Gradients of the pre-activations; dc becomes the gradient of the cell before. */
    private static void slopes(double[] gate, double[] c, double[] t, double[] dh, double[] dc, double[] slope) {
        int size = c.length;
        for (int j = 0; j < size; j++) {
            double out = gate[3 * size + j];
            slope[3 * size + j] = dh[j] * t[j] * out * (1 - out);
            dc[j] += dh[j] * out * (1 - t[j] * t[j]);
        }
        for (int j = 0; j < size; j++) {
            double in = gate[j];
            double candidate = gate[2 * size + j];
            slope[j] = dc[j] * candidate * in * (1 - in);
            slope[2 * size + j] = dc[j] * in * (1 - candidate * candidate);
        }
        for (int j = 0; j < size; j++) {
            double forget = gate[size + j];
            slope[size + j] = dc[j] * c[j] * forget * (1 - forget);
            dc[j] *= forget;
        }
    }
}
