// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Softmax, its logarithm and the cross-entropy of both. */
class SoftmaxKernelsTest extends KernelSuite {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @ParameterizedTest
    @MethodSource("floating")
    void softmaxAndItsLogarithm(Case c) {
        for (long[] sizes : SHAPES) {
            Tensor in = sample(c, sizes);
            int width = sizes.length == 0 ? 1 : (int) sizes[sizes.length - 1];
            double[] x = in.toDoubles();
            double[] expected = new double[x.length];
            double[] logarithms = new double[x.length];
            for (int start = 0; start < x.length; start += width) {
                double sum = 0;
                for (int i = start; i < start + width; i++) {
                    sum += Math.exp(x[i]);
                }
                for (int i = start; i < start + width; i++) {
                    expected[i] = Math.exp(x[i]) / sum;
                    logarithms[i] = x[i] - Math.log(sum);
                }
            }
            Tensor out = result(c, sizes);
            c.backend().softmax(false, in, out);
            assertClose(out, expected);
            c.backend().softmax(true, in, out);
            assertClose(out, logarithms, 2, "logarithm");
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void edges(Backend backend) {
        for (DType dtype : FLOATING) {
            double[] x = {-INFINITY, 0, -INFINITY, -INFINITY, INFINITY, 0, Double.NaN, 1, 30000, 30000, 1, -INFINITY};
            Tensor in = result(dtype, 6, 2);
            backend.convert(Tensor.of(x, 6, 2), in);
            Tensor out = result(dtype, 6, 2);
            backend.softmax(false, in, out);
            double nan = Double.NaN;
            assertThat(out.toDoubles()).containsExactly(0, 1, nan, nan, nan, nan, nan, nan, 0.5, 0.5, 1, 0);
            backend.softmax(true, in, out);
            double[] logarithms = out.toDoubles();
            assertThat(Arrays.copyOf(logarithms, 4)).containsExactly(-INFINITY, 0, nan, nan);
            assertThat(logarithms[8]).isCloseTo(-Math.log(2), org.assertj.core.data.Offset.offset(30.0));
        }
    }

    @ParameterizedTest
    @MethodSource("floating")
    void gradients(Case c) {
        for (long[] sizes : SHAPES) {
            Tensor result = Samples.uniform(c.dtype(), c.memory(), random, new double[] {-3, 0}, sizes);
            Tensor gradient = sample(c, sizes);
            int width = sizes.length == 0 ? 1 : (int) sizes[sizes.length - 1];
            double[] y = result.toDoubles();
            double[] g = gradient.toDoubles();
            double[] expected = new double[y.length];
            double[] logarithms = new double[y.length];
            for (int start = 0; start < y.length; start += width) {
                double products = 0;
                double sum = 0;
                for (int i = start; i < start + width; i++) {
                    products += y[i] * g[i];
                    sum += g[i];
                }
                for (int i = start; i < start + width; i++) {
                    expected[i] = y[i] * (g[i] - products);
                    logarithms[i] = g[i] - Math.exp(y[i]) * sum;
                }
            }
            Tensor out = result(c, sizes);
            c.backend().softmaxGrad(false, result, gradient, out);
            assertClose(out, expected, 30, "gradient");
            c.backend().softmaxGrad(true, result, gradient, out);
            assertClose(out, logarithms, 30, "gradient of the logarithm");
        }
    }

    @ParameterizedTest
    @MethodSource("floating")
    void crossEntropyAndItsGradient(Case c) {
        for (int[] size : new int[][] {{3, 5}, {40, 256}, {0, 7}}) {
            Tensor logits = sample(c, size[0], size[1]);
            byte[] classes = new byte[size[0]];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = (byte) random.nextInt(size[1]);
            }
            Tensor targets = Tensor.of(classes, size[0]);
            Tensor losses = result(c.dtype(), size[0]);
            Tensor logSumExps = result(c.dtype(), size[0]);
            Tensor gradLosses = Samples.uniform(c.dtype(), Memory.SPACED, random, new double[] {-3, 3}, size[0]);
            Tensor out = result(c, size[0], size[1]);

            c.backend().crossEntropy(logits, targets, losses, logSumExps);
            c.backend().crossEntropyGrad(logits, targets, logSumExps, gradLosses, out);

            double[] x = logits.toDoubles();
            double[] expectedLosses = new double[size[0]];
            double[] expectedSums = new double[size[0]];
            double[] expectedGradients = new double[x.length];
            double[] factors = gradLosses.toDoubles();
            for (int i = 0; i < size[0]; i++) {
                double sum = 0;
                for (int k = 0; k < size[1]; k++) {
                    sum += Math.exp(x[i * size[1] + k]);
                }
                int target = classes[i] & 0xff;
                expectedSums[i] = Math.log(sum);
                expectedLosses[i] = Math.log(sum) - x[i * size[1] + target];
                for (int k = 0; k < size[1]; k++) {
                    int at = i * size[1] + k;
                    expectedGradients[at] = factors[i] * (Math.exp(x[at]) / sum - (k == target ? 1 : 0));
                }
            }
            assertClose(losses, expectedLosses, 2, "losses");
            assertClose(logSumExps, expectedSums, 1, "logarithms");
            assertClose(out, expectedGradients, 4, "gradients");
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void takesEveryIndexDtype(Backend backend) {
        Tensor logits = sample(DType.FLOAT64, -1, 1, 2, 300);
        for (Tensor targets : new Tensor[] {
            Tensor.of(new long[] {3, 250}, 2),
            Tensor.of(new int[] {3, 250}, 2),
            Tensor.of(new byte[] {3, (byte) 250}, 2)
        }) {
            Tensor losses = result(DType.FLOAT64, 2);
            Tensor sums = result(DType.FLOAT64, 2);
            backend.crossEntropy(logits, targets, losses, sums);
            double[] x = logits.toDoubles();
            double[] sum = sums.toDoubles();
            assertThat(losses.toDoubles()).containsExactly(sum[0] - x[3], sum[1] - x[300 + 250]);
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void aTargetWithoutProbabilityCostsItsLogit(Backend backend) {
        int rows = 1100;
        Tensor logits = Tensor.zeros(DType.FLOAT32, Shape.of(rows, 4));
        Tensor targets = Tensor.zeros(DType.INT64, Shape.of(rows));
        Tensor unlikely = logits.subview(Shape.of(rows), new long[] {4}, 0);
        backend.fill(unlikely, -300);
        Tensor losses = result(DType.FLOAT32, rows);
        Tensor sums = result(DType.FLOAT32, rows);
        backend.crossEntropy(logits, targets, losses, sums);
        assertThat(losses.toFloats()).containsOnly((float) (300 + Math.log(3)));
        assertThat(sums.toFloats()).containsOnly((float) Math.log(3));
    }
}
