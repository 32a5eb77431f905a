// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.kernel.threads.Team;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Both kernels give the same bits, the right ones, and no row depends on the others. */
class RowKernelsTest {
    private static final RowKernels PLAIN = new PlainRowKernels();
    private static final RowKernels VECTOR = new VectorRowKernels();
    private final Philox random = new Philox(7, 1);

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "BFLOAT16"})
    void productsAreRightAndTheSameForAnyNumberOfRows(DType dtype) {
        for (int outputs : List.of(1, 40, 64, 130, 300)) {
            int inputs = 37;
            float[] matrix = numbers(outputs * inputs);
            float[] bias = numbers(outputs);
            float[] x = numbers(11 * inputs);
            PackedWeights weights;
            try (Tensor tensor = Tensor.of(matrix, outputs, inputs);
                    Tensor row = Tensor.of(bias, outputs)) {
                weights = PackedWeights.of(tensor, row, dtype);
            }
            float[] together = product(PLAIN, weights, x, 11);
            assertThat(product(VECTOR, weights, x, 11)).isEqualTo(together);
            for (int rows = 1; rows <= 11; rows++) {
                float[] expected = Arrays.copyOf(together, rows * outputs);
                assertThat(product(VECTOR, weights, x, rows)).isEqualTo(expected);
            }
            for (int n = 0; n < outputs; n++) {
                double sum = bias[n];
                for (int k = 0; k < inputs; k++) {
                    float w = matrix[n * inputs + k];
                    float kept = dtype == DType.FLOAT32 ? w : HalfFloats.fromBfloat16(HalfFloats.toBfloat16(w));
                    sum += (double) x[3 * inputs + k] * kept;
                }
                assertThat((double) together[3 * outputs + n]).isCloseTo(sum, offset(1e-5));
            }
        }
    }

    private static float[] product(RowKernels kernels, PackedWeights weights, float[] x, int rows) {
        float[] y = new float[rows * weights.outputs()];
        int half = weights.panels() / 2;
        kernels.multiply(weights, x, rows, y, half, weights.panels());
        kernels.multiply(weights, x, rows, y, 0, half);
        return y;
    }

    @ParameterizedTest
    @CsvSource({"6, 16", "64, 64", "40, 48", "20, 16"})
    void scoresAndSumsHaveTheSameBits(int width, int count) {
        float[] q = numbers(width);
        float[] page = numbers(2 * width * count);
        float[] plain = new float[count];
        float[] vector = new float[count];
        PLAIN.scores(q, 0, page, 0, width, count, 0.3f, plain, 0);
        VECTOR.scores(q, 0, page, 0, width, count, 0.3f, vector, 0);
        assertThat(vector).isEqualTo(plain);
        for (int kept = 1; kept <= count; kept++) {
            float[] a = Arrays.copyOf(plain, count + RowKernels.LANES);
            float[] b = Arrays.copyOf(plain, count + RowKernels.LANES);
            assertThat(VECTOR.exponentials(b, kept)).isEqualTo(PLAIN.exponentials(a, kept));
            assertThat(Arrays.copyOf(b, kept)).isEqualTo(Arrays.copyOf(a, kept));
            float[] fromPlain = numbers(width);
            float[] fromVector = fromPlain.clone();
            PLAIN.accumulate(a, 0, kept, page, width * count, width, fromPlain, 0);
            VECTOR.accumulate(a, 0, kept, page, width * count, width, fromVector, 0);
            assertThat(fromVector).isEqualTo(fromPlain);
        }
    }

    @ParameterizedTest
    @CsvSource({"6, 16", "64, 64", "40, 48", "20, 16", "64, 144"})
    void twoQueriesHaveTheBitsOfEach(int width, int count) {
        float[] q = numbers(2 * width + 5);
        float[] page = numbers(2 * width * count);
        for (RowKernels kernels : List.of(PLAIN, VECTOR)) {
            float[][] scores = new float[4][count + 3];
            kernels.scoresOfPair(q, 1, width + 5, page, 0, width, count, 0.3f, scores[0], scores[1], 3);
            PLAIN.scores(q, 1, page, 0, width, count, 0.3f, scores[2], 3);
            PLAIN.scores(q, width + 5, page, 0, width, count, 0.3f, scores[3], 3);
            assertThat(scores[0]).isEqualTo(scores[2]);
            assertThat(scores[1]).isEqualTo(scores[3]);
            float[] sums = numbers(3 * width);
            float[] expected = sums.clone();
            kernels.accumulatePair(scores[0], scores[1], 2, count - 1, page, width * count, width, sums, 0, 2 * width);
            PLAIN.accumulate(scores[0], 2, count - 1, page, width * count, width, expected, 0);
            PLAIN.accumulate(scores[1], 2, count - 1, page, width * count, width, expected, 2 * width);
            assertThat(sums).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"16", "24", "37", "512"})
    void rowFunctionsHaveTheSameBitsAndAreRight(int width) {
        float[] x = numbers(2 * width + 3);
        float[] weight = numbers(width);
        float[] bias = numbers(width);
        float[] plain = new float[width];
        float[] vector = new float[width];
        PLAIN.rmsNorm(x, 3, weight, 1e-5f, plain, 0);
        VECTOR.rmsNorm(x, 3, weight, 1e-5f, vector, 0);
        assertThat(vector).isEqualTo(plain);
        double squares = 0;
        for (int i = 0; i < width; i++) {
            squares += (double) x[3 + i] * x[3 + i];
        }
        assertThat((double) plain[1]).isCloseTo(x[4] / Math.sqrt(squares / width + 1e-5) * weight[1], offset(1e-5));
        PLAIN.layerNorm(x, 3, weight, bias, 1e-5f, plain, 0);
        VECTOR.layerNorm(x, 3, weight, bias, 1e-5f, vector, 0);
        assertThat(vector).isEqualTo(plain);
        PLAIN.swiGlu(x, 3, width, plain, 0);
        VECTOR.swiGlu(x, 3, width, vector, 0);
        assertThat(vector).isEqualTo(plain);
        double gate = x[3];
        assertThat((double) plain[0]).isCloseTo(gate / (1 + Math.exp(-gate)) * x[3 + width], offset(1e-5));
        float[] a = x.clone();
        float[] b = x.clone();
        PLAIN.geluTanh(a, 3, width);
        VECTOR.geluTanh(b, 3, width);
        assertThat(b).isEqualTo(a);
        double tanh = Math.tanh(Math.sqrt(2 / Math.PI) * (gate + 0.044715 * gate * gate * gate));
        assertThat((double) a[3]).isCloseTo(0.5 * gate * (1 + tanh), offset(1e-5));
    }

    @Test
    void exponentialIsExactToTwoUnits() {
        for (float x = -86; x < 87; x += 0.0137f) {
            double exact = Math.exp(x);
            assertThat(Math.abs(Exponential.of(x) - exact)).isLessThan(2 * Math.ulp((float) exact));
        }
        assertThat(Exponential.of(Float.NEGATIVE_INFINITY)).isBetween(0f, 2e-38f);
        assertThat(Exponential.of(Float.NaN)).isNaN();
    }

    @Test
    void teamsDoEveryPartAndTellOfFailures() {
        try (Team team = new Team(3)) {
            AtomicIntegerArray seen = new AtomicIntegerArray(7);
            for (int i = 0; i < 1000; i++) {
                team.run(7, (item, thread) -> seen.incrementAndGet(item));
            }
            assertThatThrownBy(() -> team.run(7, (item, thread) -> {
                        if (item == 5) {
                            throw new IllegalArgumentException("broken");
                        }
                    }))
                    .hasMessageContaining("broken");
            team.run(7, (item, thread) -> seen.incrementAndGet(item));
            for (int item = 0; item < 7; item++) {
                assertThat(seen.get(item)).isEqualTo(1001);
            }
        }
    }
}
