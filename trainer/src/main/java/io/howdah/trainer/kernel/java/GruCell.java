// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Steps of a GRU, row by row in binary64. */
final class GruCell {
    /** Gates below which another thread costs more than it saves. */
    private static final long GRAIN = 1 << 12;

    private GruCell() {}

    static void forward(Tensor gates, Tensor addend, Tensor hidden, Tensor candidate, Tensor newHidden) {
        long grain = Math.max(1, GRAIN / Math.max(1, gates.size(1)));
        Parallel.ranges(gates.size(0), grain, (first, end) -> {
            int size = Math.toIntExact(hidden.size(1));
            boolean fast = gates.dtype() != DType.FLOAT64;
            Cursor gatesIn = new Cursor(gates, first * gates.size(1));
            Cursor gatesOut = new Cursor(gates, first * gates.size(1));
            Cursor addends = new Cursor(addend, first * addend.size(1));
            Cursor hiddens = new Cursor(hidden, first * hidden.size(1));
            Cursor candidates = new Cursor(candidate, first * candidate.size(1));
            Cursor newHiddens = new Cursor(newHidden, first * newHidden.size(1));
            double[] gate = new double[3 * size];
            double[] added = new double[3 * size];
            double[] h = new double[size];
            double[] q = new double[size];
            for (long row = first; row < end; row++) {
                gatesIn.read(gate, 3 * size);
                addends.read(added, 3 * size);
                hiddens.read(h, size);
                for (int j = 0; j < 2 * size; j++) {
                    gate[j] += added[j];
                }
                Logistic.sigmoid(gate, 0, 2 * size, fast);
                for (int j = 0; j < size; j++) {
                    q[j] = added[2 * size + j];
                    gate[2 * size + j] += gate[j] * q[j];
                }
                Logistic.tanh(gate, 2 * size, 3 * size, fast);
                for (int j = 0; j < size; j++) {
                    double n = gate[2 * size + j];
                    h[j] = n + gate[size + j] * (h[j] - n);
                }
                gatesOut.write(gate, 3 * size);
                candidates.write(q, size);
                newHiddens.write(h, size);
            }
        });
    }

    static void gradient(
            Tensor gates, Tensor hidden, Tensor candidate, Tensor gradHidden, Tensor gradGates, Tensor gradAddend) {
        long grain = Math.max(1, GRAIN / Math.max(1, gates.size(1)));
        Parallel.ranges(gates.size(0), grain, (first, end) -> {
            int size = Math.toIntExact(hidden.size(1));
            Cursor activations = new Cursor(gates, first * gates.size(1));
            Cursor hiddens = new Cursor(hidden, first * hidden.size(1));
            Cursor candidates = new Cursor(candidate, first * candidate.size(1));
            Cursor gradientsIn = new Cursor(gradHidden, first * gradHidden.size(1));
            Cursor gradientsOut = new Cursor(gradHidden, first * gradHidden.size(1));
            Cursor gateSlopes = new Cursor(gradGates, first * gradGates.size(1));
            Cursor addendSlopes = new Cursor(gradAddend, first * gradAddend.size(1));
            double[] gate = new double[3 * size];
            double[] slope = new double[3 * size];
            double[] h = new double[size];
            double[] q = new double[size];
            double[] dh = new double[size];
            for (long row = first; row < end; row++) {
                activations.read(gate, 3 * size);
                hiddens.read(h, size);
                candidates.read(q, size);
                gradientsIn.read(dh, size);
                slopes(gate, h, q, dh, slope);
                gateSlopes.write(slope, 3 * size);
                for (int j = 0; j < size; j++) {
                    slope[2 * size + j] *= gate[j];
                    dh[j] *= gate[size + j];
                }
                addendSlopes.write(slope, 3 * size);
                gradientsOut.write(dh, size);
            }
        });
    }

    /** Gradients of the pre-activations. */
    private static void slopes(double[] gate, double[] h, double[] q, double[] dh, double[] slope) {
        int size = h.length;
        for (int j = 0; j < size; j++) {
            double z = gate[size + j];
            double n = gate[2 * size + j];
            slope[2 * size + j] = dh[j] * (1 - z) * (1 - n * n);
            slope[size + j] = dh[j] * (h[j] - n) * z * (1 - z);
        }
        for (int j = 0; j < size; j++) {
            double r = gate[j];
            slope[j] = slope[2 * size + j] * q[j] * r * (1 - r);
        }
    }
}
