// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.howdah.trainer.kernel.rows.RowProduct;
import io.howdah.trainer.kernel.threads.Team;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Only processors with instructions for bfloat16 have these products; elsewhere there is none to be had. */
class TileProductsTest {
    private static final int ROWS = 150;
    private final Philox random = new Philox(7, 2);

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** A layer; without a bias if it is null. */
    private record Weights(float[] matrix, float @Nullable [] bias, int outputs, int inputs) {}

    /** Results for all rows of x, which those for its first {@code rows} rows equal; null where there are no such products. */
    private static float @Nullable [] product(int threads, Weights weights, float[] x, int... rows) {
        int outputs = weights.outputs();
        int inputs = weights.inputs();
        float[] bias = weights.bias();
        TileProducts products = TileProducts.load(threads);
        if (products == null) {
            return null;
        }
        try (products;
                Team team = new Team(threads);
                Tensor weight = Tensor.of(weights.matrix(), outputs, inputs);
                Tensor row = Tensor.of(bias == null ? new float[0] : bias, bias == null ? 0 : outputs);
                RowProduct product = Objects.requireNonNull(products.pack(weight, bias == null ? null : row))) {
            assertThat(product.inputs()).isEqualTo(inputs);
            assertThat(product.outputs()).isEqualTo(outputs);
            assertThat(product.bytes()).isGreaterThanOrEqualTo(2L * inputs * outputs);
            float[] all = new float[ROWS * outputs];
            product.multiply(team, x, ROWS, all);
            for (int count : rows) {
                float[] some = new float[count * outputs];
                product.multiply(team, x, count, some);
                assertThat(some).as("rows " + count).isEqualTo(Arrays.copyOf(all, count * outputs));
            }
            return all;
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 37", "40, 64", "64, 384", "130, 100", "1100, 96", "384, 384"})
    void areRightAndTheSameForAnyNumberOfRowsAndThreads(int outputs, int inputs) {
        float[] matrix = numbers(outputs * inputs);
        float[] bias = numbers(outputs);
        float[] x = numbers(ROWS * inputs);
        Weights weights = new Weights(matrix, bias, outputs, inputs);
        float[] found = product(1, weights, x, 1, 2, 3, 5, 9, 16, 17, 31, 40, 63, 64, 65, 100);
        assertThat(product(2, weights, x, 1, 7, 33)).isEqualTo(found);
        assertThat(product(3, weights, x, 1, 12)).isEqualTo(found);
        if (found == null) {
            return;
        }
        for (int row : new int[] {0, 1, 63, 64, ROWS - 1}) {
            for (int n = 0; n < outputs; n++) {
                double sum = bias[n];
                for (int k = 0; k < inputs; k++) {
                    sum += rounded(x[row * inputs + k]) * rounded(matrix[n * inputs + k]);
                }
                assertThat((double) found[row * outputs + n]).isCloseTo(sum, offset(1e-5 * inputs));
            }
        }
        float[] without = product(2, new Weights(matrix, null, outputs, inputs), x);
        assertThat(without).isNotNull();
        assertThat(found[outputs - 1]).isEqualTo(without[outputs - 1] + bias[outputs - 1]);
    }

    private static double rounded(float value) {
        return HalfFloats.fromBfloat16(HalfFloats.toBfloat16(value));
    }

    @Test
    void giveEverythingBack() {
        long before = Garbage.unreleasedBytes();
        product(2, new Weights(numbers(40 * 20), numbers(40), 40, 20), numbers(ROWS * 20));
        assertThat(Garbage.unreleasedBytes()).isEqualTo(before);
    }

    @Test
    void rowsAreRoundedToNearestAndWovenTogether() {
        int inputs = 37;
        float[] x = numbers(3 * inputs);
        for (int i = inputs; i < 3 * inputs; i++) {
            // Any bits at all: ties, infinities, numbers that are none.
            x[i] = Float.intBitsToFloat(i % 3 == 0 ? random.nextInt() & 0xffff_8000 : random.nextInt());
        }
        x[inputs] = Float.NaN;
        x[inputs + 1] = Float.POSITIVE_INFINITY;
        x[inputs + 2] = Float.intBitsToFloat(0x7f80_0001);
        x[inputs + 3] = Float.intBitsToFloat(0xffff_ffff);
        x[inputs + 4] = Float.MAX_VALUE;
        int padded = TileRows.padded(inputs);
        assertThat(padded).isEqualTo(64);
        try (Tensor out = Tensor.zeros(DType.BFLOAT16, Shape.of(2, padded))) {
            TileRows.write(x, 1, 1, inputs, out, 0);
            TileRows.write(x, 2, 1, inputs, out, 1);
            for (int row = 0; row < 2; row++) {
                for (int k = 0; k < inputs; k++) {
                    long element = (long) row * padded + TileRows.place(k, padded);
                    short found = Memory.getShort(out.address() + 2 * element);
                    assertThat(found).as("input " + k).isEqualTo(HalfFloats.toBfloat16(x[(1 + row) * inputs + k]));
                }
            }
        }
    }
}
