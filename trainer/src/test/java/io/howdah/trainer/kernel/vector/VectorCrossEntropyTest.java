// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VectorCrossEntropyTest {
    private static final JavaBackend PLAIN = new JavaBackend();
    private static final int[] WIDTHS = {1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 511, 1024, 1025, 5000};
    private static final float INFINITE = Float.POSITIVE_INFINITY;
    private static final float NEGATIVE_NAN = Float.intBitsToFloat(0xffc0_0001);

    private static Tensor targets(int rows, int width, Random random) {
        long[] numbers = new long[rows];
        for (int i = 0; i < rows; i++) {
            numbers[i] = random.nextInt(width);
        }
        return Tensor.of(numbers, rows);
    }

    private static double at(Tensor tensor, long i) {
        return Elements.get(
                tensor.dtype(), tensor.address() + i * tensor.dtype().bytes());
    }

    /** Compares losses, sums and gradients with the plain kernels', whose losses are returned. */
    private static Tensor check(Tensor logits, Tensor targets) {
        int rows = (int) logits.size(0);
        Tensor[] losses = {Tensor.empty(DType.FLOAT32, Shape.of(rows)), Tensor.empty(DType.FLOAT32, Shape.of(rows))};
        Tensor[] sums = {Tensor.empty(DType.FLOAT32, Shape.of(rows)), Tensor.empty(DType.FLOAT32, Shape.of(rows))};
        Tensor[] gradients = {Tensor.empty(logits.dtype(), logits.shape()), Tensor.empty(logits.dtype(), logits.shape())
        };
        Tensor gradLosses = Tensor.empty(DType.FLOAT32, Shape.of(rows));
        for (int i = 0; i < rows; i++) {
            Elements.put(DType.FLOAT32, gradLosses.address() + 4L * i, 0.5 + i % 3);
        }
        PLAIN.crossEntropy(logits, targets, losses[0], sums[0]);
        VectorCrossEntropy.forward(logits, targets, losses[1], sums[1]);
        PLAIN.crossEntropyGrad(logits, targets, sums[0], gradLosses, gradients[0]);
        VectorCrossEntropy.backward(logits, targets, sums[0], gradLosses, gradients[1]);
        for (int i = 0; i < rows; i++) {
            assertClose("sum " + i, at(sums[1], i), at(sums[0], i), 2e-6 * Math.abs(at(sums[0], i)) + 1e-6);
            double scale = Math.max(Math.abs(at(sums[0], i)), 1);
            assertClose("loss " + i, at(losses[1], i), at(losses[0], i), 2e-6 * scale);
        }
        for (long i = 0; i < logits.elements(); i++) {
            double expected = at(gradients[0], i);
            assertClose("gradient " + i, at(gradients[1], i), expected, 2e-6 * Math.abs(expected) + 1e-6);
        }
        return losses[1];
    }

    private static void assertClose(String what, double found, double expected, double tolerance) {
        if (Double.isNaN(expected)) {
            assertThat(found).as(what).isNaN();
        } else {
            assertThat(found).as(what).isCloseTo(expected, within(tolerance));
        }
    }

    @Test
    void agreesWithThePlainKernels() {
        for (int width : WIDTHS) {
            Random random = new Random(width);
            int rows = width < 200 ? 300 : 7;
            float[] values = new float[rows * width];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (3 * random.nextGaussian());
            }
            // Rows of negative numbers only, and rows whose sum would overflow.
            for (int i = 0; i < width; i++) {
                values[i] = -5 - random.nextFloat();
                values[width + i] = 1000 + random.nextFloat();
            }
            check(Tensor.of(values, rows, width), targets(rows, width, random));
        }
    }

    @Test
    void whatIsNotANumberStaysInItsRow() {
        for (int width : WIDTHS) {
            for (float edge : new float[] {Float.NaN, NEGATIVE_NAN, INFINITE, -INFINITE, -3e38f, -0f}) {
                Random random = new Random(width);
                int rows = 6;
                float[] values = new float[rows * width];
                for (int i = 0; i < values.length; i++) {
                    values[i] = -1 - random.nextFloat();
                }
                int place = random.nextInt(width);
                values[place] = edge;
                values[2 * width + width - 1] = edge;
                for (int i = 0; i < width; i++) {
                    values[4 * width + i] = edge;
                }
                Tensor losses = check(Tensor.of(values, rows, width), targets(rows, width, random));
                assertThat(at(losses, 1)).as("the row beside %s", edge).isFinite();
                assertThat(at(losses, 3)).as("the row beside %s", edge).isFinite();
            }
        }
    }
}
