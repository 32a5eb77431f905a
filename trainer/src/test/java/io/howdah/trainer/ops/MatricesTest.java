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
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatricesTest {
    private final Philox random = new Philox(11, 0);

    private Tensor uniform(String sizes) {
        long[] parsed =
                Arrays.stream(sizes.split("x")).mapToLong(Long::parseLong).toArray();
        Samples.Memory memory = parsed.length > 1 ? Samples.Memory.TRANSPOSED : Samples.Memory.CONTIGUOUS;
        return Samples.uniform(DType.FLOAT64, memory, random, new double[] {-1, 1}, parsed);
    }

    @ParameterizedTest
    @CsvSource({
        "4, 4, ''",
        "3x4, 4, 3",
        "4, 4x3, 3",
        "2x3x4, 4, 2x3",
        "4, 2x4x3, 2x3",
        "4, 5x2x4x3, 5x2x3",
        "2x3x4, 4x5, 2x3x5",
        "3x4, 2x4x5, 2x3x5",
        "2x3x4, 1x4x5, 2x3x5",
        "1x3x4, 2x4x5, 2x3x5",
        "6x1x3x4, 2x4x5, 6x2x3x5",
        "1x1x3x4, 4x5, 1x1x3x5",
        "0x3x4, 4x5, 0x3x5",
        "2x3x0, 0x5, 2x3x5",
        "2x0x4, 2x4x5, 2x0x5"
    })
    void matmulEqualsTheSumOfProducts(String left, String right, String result) {
        Tensor a = uniform(left);
        Tensor b = uniform(right);
        Tensor expected = sumOfProducts(a, b);
        for (boolean recorded : new boolean[] {false, true}) {
            if (recorded) {
                // PyTorch folds batches by whether gradients are needed.
                Autograd.parameter(a);
                Autograd.parameter(b);
            }
            Tensor product = Matrices.matmul(a, b);
            assertThat(String.join(
                            "x",
                            Arrays.stream(product.shape().sizes())
                                    .mapToObj(Long::toString)
                                    .toList()))
                    .isEqualTo(result);
            assertThat(product.toDoubles()).containsExactly(expected.toDoubles(), within(1e-12));
            assertThat(product.isContiguous()).isTrue();
        }
    }

    /** By broadcasting alone. */
    private static Tensor sumOfProducts(Tensor a, Tensor b) {
        Tensor column = Views.unsqueeze(a, -1);
        Tensor row = b.shape().rank() == 1 ? Views.unsqueeze(b, -1) : Views.unsqueeze(b, -3);
        Tensor sum = Reductions.sum(Arithmetic.multiply(column, row), -2);
        return b.shape().rank() == 1 ? Views.squeeze(sum, -1) : sum;
    }

    @Test
    void multipliesIntegers() {
        Tensor a = Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor square = Matrices.matmul(a, Views.transpose(a, 0, 1));
        assertThat(square.dtype()).isEqualTo(DType.INT32);
        assertThat(square.toLongs()).containsExactly(14, 32, 32, 77);
        Tensor large = Tensor.of(new long[] {1L << 62, 3, 1L << 53, 1}, 2, 2);
        assertThat(Matrices.matmul(large, large).toLongs())
                .containsExactly(3L << 53, (3L << 62) + 3, 1L << 53, (3L << 53) + 1);
        Tensor bytes = Tensor.of(new byte[] {16, 17}, 2);
        assertThat(Matrices.dot(bytes, bytes).toLongs()).containsExactly((256 + 289) % 256);
        assertThat(Matrices.linear(a, a, Tensor.of(new int[] {1, -1}, 2)).toLongs())
                .containsExactly(15, 31, 33, 76);
        MatrixSums.Factors factors = new MatrixSums.Factors(2, -1);
        assertThat(MatrixSums.addmm(a, square, a, factors).toLongs())
                .containsExactly(-140, -184, -228, -332, -439, -546);
        assertThatThrownBy(() -> MatrixSums.addmm(a, square, a, new MatrixSums.Factors(0.5, 1)))
                .hasMessageContaining("whole factors");
    }

    @Test
    void zeroBetaIgnoresTheInput() {
        Tensor input = Autograd.parameter(Tensor.of(new double[] {Double.NaN}, 1));
        Tensor a = Tensor.of(new double[] {1, 2}, 1, 2);
        Tensor sum = MatrixSums.addmm(input, a, Views.transpose(a, 0, 1), new MatrixSums.Factors(0, 3));
        assertThat(sum.toDoubles()).containsExactly(15);
        Autograd.backward(sum);
        assertThat(Objects.requireNonNull(input.grad()).toDoubles()).containsExactly(0);
    }

    @Test
    void sixteenBitSumsAreRoundedOnce() {
        // 256 + 1 has no bfloat16, but 256 + 1 + 1 has.
        Tensor ones = Casts.to(Tensor.of(new float[] {16, 1, 16, 1}, 2, 2), DType.BFLOAT16);
        Tensor one = Casts.to(Tensor.of(new float[] {1}), DType.BFLOAT16);
        Tensor sum = MatrixSums.addmm(one, ones, Views.transpose(ones, 0, 1), MatrixSums.Factors.ONE);
        assertThat(sum.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(sum.toDoubles()).containsExactly(258, 258, 258, 258);
    }

    @Test
    void contractsTensors() {
        Tensor a = uniform("2x3x4");
        Tensor b = uniform("3x4x2");
        assertThat(Contractions.tensordot(a, b, 2).toDoubles())
                .containsExactly(Einsum.einsum("ijk,jkl->il", a, b).toDoubles(), within(1e-12));
        assertThat(Contractions.tensordot(a, b, new int[] {0, 1}, new int[] {-1, 0})
                        .toDoubles())
                .containsExactly(Einsum.einsum("ijk,jli->kl", a, b).toDoubles(), within(1e-12));
        assertThat(Contractions.tensordot(a, b, 0).shape()).isEqualTo(Shape.of(2, 3, 4, 3, 4, 2));
        assertThatThrownBy(() -> Contractions.tensordot(a, b, 1)).hasMessageContaining("paired dimensions");
        assertThatThrownBy(() -> Contractions.tensordot(a, b, 4)).hasMessageContaining("count=4");
    }

    @Test
    void placesAndTakesDiagonals() {
        Tensor vector = Tensor.of(new double[] {1, 2}, 2);
        assertThat(Diagonals.diag(vector, 1).toDoubles()).containsExactly(0, 1, 0, 0, 0, 2, 0, 0, 0);
        assertThat(Diagonals.diag(vector, -1).toDoubles()).containsExactly(0, 0, 0, 1, 0, 0, 0, 2, 0);
        Tensor batch = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
        assertThat(Diagonals.diagEmbed(batch, 0).toDoubles()).containsExactly(1, 0, 0, 2, 3, 0, 0, 4);
        assertThat(Diagonals.diag(batch, 1).toDoubles()).containsExactly(2);
        assertThat(Diagonals.trace(batch).item()).isEqualTo(5);
        Tensor x = Autograd.parameter(uniform("2x3"));
        Autograd.backward(Reductions.sum(Diagonals.diagEmbed(x, -1)));
        assertThat(Objects.requireNonNull(x.grad()).toDoubles()).containsOnly(1);
        assertThatThrownBy(() -> Diagonals.diag(uniform("2x3x4"), 0)).hasMessageContaining("[N] or [M, N]");
        assertThatThrownBy(() -> Diagonals.diagEmbed(Tensor.scalar(DType.FLOAT64, 1), 0))
                .hasMessageContaining("[…, N]");
        assertThatThrownBy(() -> Diagonals.trace(vector)).hasMessageContaining("[M, N]");
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Tensor vector = uniform("3");
        Tensor matrix = uniform("2x3");
        Tensor batch = uniform("2x3x4");
        assertThatThrownBy(() -> Matrices.matmul(matrix, matrix)).hasMessageContaining("a=[2, 3] b=[2, 3]");
        assertThatThrownBy(() -> Matrices.matmul(Tensor.scalar(DType.FLOAT64, 1), vector))
                .hasMessageContaining("Cannot compute matmul: a=[]");
        assertThatThrownBy(() -> Matrices.matmul(batch, uniform("3x4x2")))
                .hasMessageContaining("Cannot compute matmul");
        assertThatThrownBy(() -> Matrices.mm(batch, batch)).hasMessageContaining("expected 2 and 2 dimensions");
        assertThatThrownBy(() -> Matrices.dot(vector, uniform("4"))).hasMessageContaining("a=[3] b=[4]");
        assertThatThrownBy(() -> MatrixSums.addmm(uniform("5"), matrix, uniform("3x4"), MatrixSums.Factors.ONE))
                .hasMessageContaining("Cannot compute addmm");
        assertThatThrownBy(() -> Matrices.matmul(matrix, Casts.to(uniform("3x2"), DType.FLOAT32)))
                .hasMessageContaining("one dtype");
    }
}
