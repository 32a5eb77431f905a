// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of recurrent cells, and rotations. Their gradients are checked with the ops that use them. */
class SequenceKernelsTest extends KernelSuite {
    /** Enough rows for several threads. */
    private static final int ROWS = 70;

    private static final int WIDTH = 35;

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @ParameterizedTest
    @MethodSource("floating")
    void lstmCells(Case c) {
        if (c.memory() == Memory.BROADCAST) {
            return;
        }
        Tensor gates = sample(c, ROWS, 4 * WIDTH);
        Tensor addend = sample(c, ROWS, 4 * WIDTH);
        Tensor cell = sample(c, ROWS, WIDTH);
        double[] g = gates.toDoubles();
        double[] a = addend.toDoubles();
        double[] before = cell.toDoubles();
        double[] cells = new double[before.length];
        double[] hiddens = new double[before.length];
        for (int n = 0; n < ROWS; n++) {
            for (int j = 0; j < WIDTH; j++) {
                int first = n * 4 * WIDTH + j;
                double[] sums = new double[4];
                for (int k = 0; k < 4; k++) {
                    sums[k] = g[first + k * WIDTH] + a[first + k * WIDTH];
                }
                int at = n * WIDTH + j;
                cells[at] = sigmoid(sums[1]) * before[at] + sigmoid(sums[0]) * Math.tanh(sums[2]);
                hiddens[at] = sigmoid(sums[3]) * Math.tanh(cells[at]);
            }
        }
        Tensor newCell = result(c, ROWS, WIDTH);
        Tensor hidden = result(c, ROWS, WIDTH);
        c.backend().lstmCell(gates, addend, cell, newCell, hidden);
        assertClose(newCell, cells);
        assertClose(hidden, hiddens);
    }

    @ParameterizedTest
    @MethodSource("floating")
    void gruCells(Case c) {
        if (c.memory() == Memory.BROADCAST) {
            return;
        }
        Tensor gates = sample(c, ROWS, 3 * WIDTH);
        Tensor addend = sample(c, ROWS, 3 * WIDTH);
        Tensor hidden = sample(c, ROWS, WIDTH);
        double[] g = gates.toDoubles();
        double[] a = addend.toDoubles();
        double[] h = hidden.toDoubles();
        double[] expected = new double[h.length];
        for (int n = 0; n < ROWS; n++) {
            for (int j = 0; j < WIDTH; j++) {
                int r = n * 3 * WIDTH + j;
                int z = r + WIDTH;
                int q = z + WIDTH;
                double update = sigmoid(g[z] + a[z]);
                double candidate = Math.tanh(g[q] + sigmoid(g[r] + a[r]) * a[q]);
                expected[n * WIDTH + j] = (1 - update) * candidate + update * h[n * WIDTH + j];
            }
        }
        Tensor out = result(c, ROWS, WIDTH);
        c.backend().gruCell(gates, addend, hidden, result(c, ROWS, WIDTH), out);
        assertClose(out, expected);
    }

    @ParameterizedTest
    @MethodSource("floating")
    void gatedHalves(Case c) {
        Tensor in = sample(c, ROWS, 2 * WIDTH);
        Tensor gradOut = sample(c, ROWS, WIDTH);
        double[] x = in.toDoubles();
        double[] g = gradOut.toDoubles();
        double[] expected = new double[g.length];
        double[] expectedGrad = new double[x.length];
        for (int n = 0; n < ROWS; n++) {
            for (int j = 0; j < WIDTH; j++) {
                int i = n * WIDTH + j;
                int a = n * 2 * WIDTH + j;
                int b = a + WIDTH;
                double gate = sigmoid(x[a]);
                expected[i] = x[a] * gate * x[b];
                expectedGrad[a] = g[i] * x[b] * gate * (1 + x[a] * (1 - gate));
                expectedGrad[b] = g[i] * x[a] * gate;
            }
        }
        Tensor out = result(c, ROWS, WIDTH);
        c.backend().swiGlu(in, out);
        assertClose(out, expected);
        Tensor gradIn = result(c, ROWS, 2 * WIDTH);
        c.backend().swiGluGrad(in, gradOut, gradIn);
        assertClose(gradIn, expectedGrad);
    }

    @ParameterizedTest
    @MethodSource("floating")
    void rotations(Case c) {
        if (c.dtype() != DType.FLOAT32 && c.dtype() != DType.FLOAT64) {
            return;
        }
        Tensor a = sample(c, 3, 5, 7);
        Tensor b = sample(c, 3, 5, 7);
        Tensor cos = sample(c, 3, 5, 7);
        Tensor sin = sample(c, 3, 5, 7);
        double[] expectedA = new double[105];
        double[] expectedB = new double[105];
        for (int i = 0; i < 105; i++) {
            double x = a.toDoubles()[i];
            double y = b.toDoubles()[i];
            expectedA[i] = x * cos.toDoubles()[i] - y * sin.toDoubles()[i];
            expectedB[i] = y * cos.toDoubles()[i] + x * sin.toDoubles()[i];
        }
        Tensor outA = result(c, 3, 5, 7);
        Tensor outB = result(c, 3, 5, 7);
        c.backend().rotate(a, b, cos, sin, outA, outB);
        assertClose(outA, expectedA, 9, "first");
        assertClose(outB, expectedB, 9, "second");
    }
}
