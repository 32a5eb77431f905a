// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Samples;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingularValuesTest {
    @ParameterizedTest
    @CsvSource({"5, 3, 1", "3, 5, 1", "4, 4, 1", "12, 9, 1", "1, 4, 1", "3, 2, 1e200", "3, 2, 1e-200", "0, 3, 1"})
    void composesTheMatrixOfOrthonormalColumns(long rows, long columns, double scale) {
        Philox random = new Philox(3, 0);
        Tensor x = Samples.uniform(
                DType.FLOAT64, Samples.Memory.TRANSPOSED, random, new double[] {-scale, scale}, 2, rows, columns);
        checkDecomposition(x, scale);
    }

    @Test
    void completesTheColumnsOfSingularMatrices() {
        checkDecomposition(Tensor.of(new double[] {1, 2, 2, 4, 3, 6}, 3, 2), 1);
        checkDecomposition(Tensor.zeros(DType.FLOAT64, Shape.of(3, 2)), 1);
        checkDecomposition(Tensor.of(new double[] {0, 0, 1, 0, 0, 0}, 2, 3), 1);
    }

    @Test
    void sortsKnownValues() {
        Tensor x = Tensor.of(new double[] {1, 0, 0, -3, 0, 0}, 3, 2);
        assertThat(SingularValues.svd(x).values().toDoubles()).containsExactly(new double[] {3, 1}, within(1e-15));
        assertThat(SingularValues.nuclearNorm(x, false, 0, 1).item()).isEqualTo(4, within(1e-15));
    }

    @Test
    void theGradientOfTheNuclearNormIsTheNearestRotation() {
        Tensor x = Autograd.parameter(Tensor.of(new double[] {0, 2, -5, 0}, 2, 2));
        Autograd.backward(SingularValues.nuclearNorm(x, false, 0, 1));
        assertThat(Objects.requireNonNull(x.grad()).toDoubles())
                .containsExactly(new double[] {0, 1, -1, 0}, within(1e-15));
    }

    @Test
    void keepsAndOrdersDimensions() {
        Tensor x = Samples.uniform(
                DType.FLOAT64, Samples.Memory.CONTIGUOUS, new Philox(4, 0), new double[] {-1, 1}, 3, 2, 4);
        Tensor kept = SingularValues.nuclearNorm(x, true, 2, 0);
        assertThat(kept.shape()).isEqualTo(Shape.of(1, 2, 1));
        assertThat(SingularValues.nuclearNorm(x, false, 0, -1).toDoubles())
                .containsExactly(kept.toDoubles(), within(1e-12));
    }

    @Test
    void refusesWhatHasNoSingularValues() {
        assertThatThrownBy(() -> SingularValues.svd(Tensor.of(new double[] {1, Double.NaN}, 1, 2)))
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> SingularValues.svd(Tensor.of(new double[] {1}, 1)))
                .hasMessageContaining("[…, M, N]");
        assertThatThrownBy(() -> SingularValues.nuclearNorm(Tensor.of(new double[] {1}, 1, 1), false, 1, -1))
                .hasMessageContaining("two dimensions");
    }

    private static void checkDecomposition(Tensor x, double scale) {
        SingularValues.Decomposition parts = SingularValues.svd(x);
        Tensor scaled = Arithmetic.multiply(parts.u(), Views.unsqueeze(parts.values(), -2));
        Tensor product = Matrices.matmul(scaled, Views.transpose(parts.v(), -2, -1));
        assertThat(product.toDoubles()).containsExactly(x.toDoubles(), within(1e-14 * scale));
        checkOrthonormal(parts.u());
        checkOrthonormal(parts.v());
        double[] values = parts.values().toDoubles();
        long count = parts.values().size(-1);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isGreaterThanOrEqualTo(0);
            assertThat(i % count == 0 || values[i - 1] >= values[i]).isTrue();
        }
    }

    private static void checkOrthonormal(Tensor q) {
        double[] products = Matrices.matmul(Views.transpose(q, -2, -1), q).toDoubles();
        int count = (int) q.size(-1);
        for (int i = 0; i < products.length; i++) {
            int place = i % (count * count);
            assertThat(products[i]).isEqualTo(place / count == place % count ? 1 : 0, within(1e-14));
        }
    }
}
