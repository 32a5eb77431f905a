// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** PyTorch's rules of promotion, recording and in-place writes; expected values were taken from PyTorch. */
class OpSemanticsTest {
    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor parameter(float... values) {
        return Autograd.parameter(floats(values));
    }

    private static Tensor typed(DType dtype, long... sizes) {
        return Tensor.zeros(dtype, Shape.of(sizes));
    }

    @Test
    void promotesDtypes() {
        assertThat(sum(typed(DType.FLOAT16, 2), typed(DType.BFLOAT16, 2))).isEqualTo(DType.FLOAT32);
        assertThat(sum(typed(DType.FLOAT32, 2), typed(DType.FLOAT64, 2))).isEqualTo(DType.FLOAT64);
        assertThat(sum(typed(DType.FLOAT32, 2), typed(DType.FLOAT64))).isEqualTo(DType.FLOAT32);
        assertThat(sum(typed(DType.INT64, 2), typed(DType.BFLOAT16))).isEqualTo(DType.BFLOAT16);
        assertThat(sum(typed(DType.BFLOAT16, 2), typed(DType.BFLOAT16, 2))).isEqualTo(DType.BFLOAT16);
        assertThat(sum(typed(DType.INT64, 2), typed(DType.INT32, 2))).isEqualTo(DType.INT64);
        assertThat(sum(typed(DType.UINT8, 2), typed(DType.INT32, 2))).isEqualTo(DType.INT32);
        assertThat(sum(typed(DType.BOOL, 2), typed(DType.INT64))).isEqualTo(DType.INT64);
        assertThat(sum(typed(DType.BOOL, 2), typed(DType.BOOL, 2))).isEqualTo(DType.BOOL);
    }

    private static DType sum(Tensor a, Tensor b) {
        return Arithmetic.add(a, b).dtype();
    }

    @Test
    void gradientsHaveTheDtypeOfTheirTensor() {
        Tensor x = Autograd.parameter(Casts.to(floats(1, 2), DType.BFLOAT16));
        Tensor y = Autograd.parameter(Tensor.of(new double[] {3, 4}, 2));
        Autograd.backward(Reductions.sum(Arithmetic.multiply(x, y)));
        assertThat(x.grad().dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(x.grad().toFloats()).containsExactly(3, 4);
        assertThat(y.grad().toFloats()).containsExactly(1, 2);
    }

    @Test
    void recordsOnlyWhereGradientsAreNeededAndWanted() {
        Tensor x = parameter(1, 2);
        assertThat(Functions.exp(floats(1)).requiresGrad()).isFalse();
        assertThat(Functions.exp(x).requiresGrad()).isTrue();
        try (GradMode.Scope scope = GradMode.noGrad()) {
            assertThat(Functions.exp(x).requiresGrad()).isFalse();
            assertThat(Views.reshape(x, 2, 1).requiresGrad()).isFalse();
        }
        assertThat(x.detached().requiresGrad()).isFalse();
        assertThat(Casts.to(x, DType.INT64).requiresGrad()).isFalse();
    }

    @Test
    void refusesIndicesOutOfRangeAndOfWrongDtype() {
        Tensor table = typed(DType.FLOAT32, 4, 2);
        assertThatThrownBy(() -> Lookup.embedding(table, Tensor.of(new long[] {0, 4}, 2)))
                .hasMessageContaining("index=4, expected 0 <= index < 4");
        assertThatThrownBy(() -> Lookup.embedding(table, Tensor.of(new long[] {-1}, 1)))
                .hasMessageContaining("index=-1");
        assertThatThrownBy(() -> Lookup.embedding(table, floats(1))).hasMessageContaining("index dtype=float32");
        assertThatThrownBy(() -> Losses.crossEntropy(
                        typed(DType.FLOAT32, 1, 3), Tensor.of(new byte[] {3}, 1), Losses.Reduction.MEAN))
                .hasMessageContaining("target=3, expected 0 <= target < 3");
    }

    @Test
    void refusesShapesThatDoNotGoTogether() {
        assertThatThrownBy(() -> Arithmetic.add(floats(1, 2), floats(1, 2, 3))).hasMessageContaining("a=[2] b=[3]");
        assertThatThrownBy(() -> Matrices.matmul(typed(DType.FLOAT32, 2, 3), typed(DType.FLOAT32, 2, 3)))
                .hasMessageContaining("expected [M, K] and [K, N]");
        assertThatThrownBy(() -> Matrices.linear(typed(DType.FLOAT32, 2, 3), typed(DType.FLOAT32, 5, 4), null))
                .hasMessageContaining("weight=[5, 4]");
        assertThatThrownBy(() -> Views.reshape(floats(1, 2, 3), 2, -1)).hasMessageContaining("expected 3 elements");
        assertThatThrownBy(() -> Slices.narrow(floats(1, 2, 3), 0, 2, 2)).hasMessageContaining("start=2 length=2");
        assertThatThrownBy(() -> Views.transpose(floats(1), 0, 1)).hasMessageContaining("dimension=1");
        assertThatThrownBy(() -> Reductions.sum(typed(DType.FLOAT32, 2, 3), 0, 0))
                .hasMessageContaining("distinct");
    }

    @Test
    void refusesAReleasedTensor() {
        Tensor x = floats(1);
        x.close();
        assertThatThrownBy(() -> Functions.exp(x)).hasMessageContaining("was released");
    }

    @Test
    void viewsShareMemoryAndVersion() {
        Tensor x = floats(1, 2, 3, 4);
        Tensor view = Views.transpose(Views.reshape(x, 2, 2), 0, 1);
        Arithmetic.addInPlace(view, floats(10));
        assertThat(x.toFloats()).containsExactly(11, 12, 13, 14);
        assertThat(x.version()).isEqualTo(1);
    }

    @Test
    void writesInPlaceWhereTheGraphAllowsIt() {
        Tensor x = parameter(3);
        Tensor y = Arithmetic.addInPlace(Arithmetic.multiply(x, floats(2)), floats(1));
        Arithmetic.multiplyInPlace(y, floats(5));
        assertThat(y.toFloats()).containsExactly(35);
        Autograd.backward(y);
        assertThat(x.grad().toFloats()).containsExactly(10);
    }

    @Test
    void noticesInPlaceWritesToWhatBackwardNeeds() {
        Tensor y = Functions.exp(parameter(1, 2));
        Tensor loss = Reductions.sum(Arithmetic.addInPlace(y, floats(1)));
        assertThatThrownBy(() -> Autograd.backward(loss))
                .hasMessageContaining("output 0 of exp, is at version 1; expected version 0");

        Tensor b = Arithmetic.add(parameter(2), floats(0));
        Tensor square = Arithmetic.multiplyInPlace(b, b);
        assertThatThrownBy(() -> Autograd.backward(square)).hasMessageContaining("is at version 1; expected version 0");
    }

    @Test
    void anOutputSavedInPlaceIsNotStale() {
        Tensor x = parameter(1);
        Tensor y = Dispatcher.write(Functions.EXP, NoAttributes.NONE, Arithmetic.multiply(x, floats(2)));
        Autograd.backward(y);
        assertThat(x.grad().item()).isCloseTo(2 * Math.exp(2), Offset.offset(1e-5));
    }

    @Test
    void refusesInPlaceWritesThatTheGraphCannotExpress() {
        Tensor x = parameter(1, 2);
        assertThatThrownBy(() -> Arithmetic.addInPlace(x, floats(1)))
                .hasMessageContaining("a leaf Variable that requires grad is being used in an in-place operation");
        assertThatThrownBy(() -> Arithmetic.addInPlace(Slices.narrow(x, 0, 0, 1), floats(1)))
                .hasMessageContaining(
                        "a view of a leaf Variable that requires grad is being used in an in-place operation");
        try (GradMode.Scope scope = GradMode.noGrad()) {
            Arithmetic.addInPlace(x, floats(1));
        }
        assertThat(x.toFloats()).containsExactly(2, 3);
        assertThat(x.version()).isEqualTo(1);
    }

    @Test
    void refusesInPlaceWritesThatOverlap() {
        Tensor stretched = floats(1, 2, 3).view(Shape.of(2, 3), new long[] {0, 1}, 0);
        assertThatThrownBy(() -> Arithmetic.addInPlace(stretched, floats(1)))
                .hasMessageContaining("more than one element of the written-to tensor");
        Tensor x = floats(1, 2, 3);
        assertThatThrownBy(() -> Arithmetic.addInPlace(Slices.narrow(x, 0, 0, 2), Slices.narrow(x, 0, 1, 2)))
                .hasMessageContaining("some elements of the input tensor and the written-to tensor");
        Arithmetic.addInPlace(Slices.narrow(x, 0, 0, 1), Slices.narrow(x, 0, 1, 1));
        Arithmetic.addInPlace(x, x);
        assertThat(x.toFloats()).containsExactly(6, 4, 6);
        assertThatThrownBy(() -> Arithmetic.addInPlace(floats(1), floats(1, 2)))
                .hasMessageContaining("output with shape [1] doesn't match the broadcast shape [2]");
        assertThatThrownBy(() -> Arithmetic.addInPlace(Tensor.of(new long[] {1}, 1), floats(1)))
                .hasMessageContaining("result type float32 can't be cast to the desired output type int64");
    }

    @Test
    void edgeValues() {
        Tensor x = parameter(0, -1, 2);
        Autograd.backward(Reductions.sum(Activations.relu(x)));
        assertThat(x.grad().toFloats()).containsExactly(0, 0, 1);
        Tensor zero = parameter(0);
        Autograd.backward(Functions.sqrt(zero));
        assertThat(zero.grad().item()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Casts.to(floats(65520, 0x1p-25f), DType.FLOAT16).toFloats())
                .containsExactly(Float.POSITIVE_INFINITY, 0);
        assertThat(Reductions.mean(typed(DType.FLOAT32, 0)).item()).isNaN();
    }
}
