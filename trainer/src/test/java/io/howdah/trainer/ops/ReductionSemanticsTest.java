// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.ops.Extremes.Indexed;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Edge values, dtypes and refusals of reductions, scans and orders; expected values were taken from PyTorch. */
class ReductionSemanticsTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static Tensor doubles(double... values) {
        return Tensor.of(values, values.length);
    }

    private static double[] gradient(Function<Tensor, Tensor> function, double... input) {
        return PointwiseSemanticsTest.gradients(x -> function.apply(x.get(0)), input)[0];
    }

    @Test
    void equalExtremesShareTheGradientUnlessOneIsTaken() {
        assertThat(gradient(Extremes::max, 1, 3, 3)).containsExactly(0, 0.5, 0.5);
        assertThat(gradient(x -> Extremes.amin(x, false, 0), 1, 1, 3)).containsExactly(0.5, 0.5, 0);
        assertThat(gradient(x -> Extremes.max(x, 0, false).values(), 1, 3, 3)).containsExactly(0, 1, 0);
    }

    @Test
    void nanIsBothExtremes() {
        assertThat(Extremes.argMax(doubles(1, NAN, 3)).toLongs()).containsExactly(1);
        assertThat(Extremes.argMin(doubles(1, NAN, 3)).toLongs()).containsExactly(1);
        assertThat(Extremes.argMax(doubles(3, 1, 3)).toLongs()).containsExactly(0);
        assertThat(Extremes.max(doubles(1, NAN)).item()).isNaN();
    }

    @Test
    void normsOfZeroHaveGradientZero() {
        assertThat(gradient(Norms::norm, 0, 0)).containsExactly(0, 0);
        assertThat(gradient(x -> Norms.norm(x, 1, false), 0, 2)).containsExactly(0, 1);
        assertThat(gradient(x -> Norms.norm(x, INFINITY, false), 3, -3, 1)).containsExactly(0.5, -0.5, 0);
        assertThat(gradient(x -> Norms.norm(x, 0.5, false), 0, 4)).containsExactly(0, 1);
        assertThat(gradient(x -> Moments.standardDeviation(x, 0, false), 2, 2)).containsExactly(0, 0);
        assertThat(Norms.norm(doubles(3, 0, -4), 0, false).item()).isEqualTo(2);
    }

    @Test
    void productsAreDifferentiatedThroughZeros() {
        assertThat(gradient(Products::product, 2, 0, 3)).containsExactly(0, 6, 0);
        assertThat(gradient(Products::product, 0, 0, 3)).containsExactly(0, 0, 0);
        assertThat(gradient(x -> Scans.cumulativeProduct(x, 0), 2, 0, 3)).containsExactly(1, 8, 0);
    }

    @Test
    void reductionsOfNothing() {
        Tensor none = doubles();
        assertThat(Reductions.sum(none).item()).isZero();
        assertThat(Products.product(none).item()).isEqualTo(1);
        assertThat(Reductions.mean(none).item()).isNaN();
        assertThat(Moments.variance(doubles(1)).item()).isNaN();
        assertThat(Logic.all(none).item()).isEqualTo(1);
        assertThat(Logic.any(none).item()).isZero();
        assertThat(Norms.logSumExp(none, false).item()).isEqualTo(-INFINITY);
        assertThat(Norms.logSumExp(doubles(-INFINITY, -INFINITY), false).item()).isEqualTo(-INFINITY);
        assertThat(Extremes.amax(Tensor.zeros(DType.FLOAT32, Shape.of(0, 2)), false, 1)
                        .elements())
                .isZero();
        assertThatThrownBy(() -> Extremes.max(none)).hasMessageContaining("Cannot compute max: shape=[0]");
        assertThatThrownBy(() -> Extremes.amax(Tensor.zeros(DType.FLOAT32, Shape.of(0, 2)), false, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Norms.norm(none, INFINITY, false)).hasMessageContaining("p=Infinity");
    }

    @Test
    void integersAddUpInInt64() {
        assertThat(Reductions.sum(Tensor.of(new byte[] {(byte) 200, 100}, 2)).toLongs())
                .containsExactly(300);
        Tensor x = Tensor.of(new int[] {1, 2, 3}, 3);
        assertThat(Reductions.sum(x).dtype()).isEqualTo(DType.INT64);
        assertThat(Products.product(x).toLongs()).containsExactly(6);
        assertThat(Scans.cumulativeSum(x, 0).toLongs()).containsExactly(1, 3, 6);
        assertThat(Scans.cumulativeProduct(x, 0).dtype()).isEqualTo(DType.INT64);
        assertThat(Extremes.amax(x, false).dtype()).isEqualTo(DType.INT32);
        assertThat(Logic.countNonzero(doubles(0, 2, NAN)).toLongs()).containsExactly(2);
        assertThat(Reductions.sum(x, DType.FLOAT64, false).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(Reductions.mean(x, DType.FLOAT64, false).item()).isEqualTo(2);
        assertThatThrownBy(() -> Reductions.mean(x)).hasMessageContaining("dtype=int32");
        assertThatThrownBy(() -> Moments.variance(x)).hasMessageContaining("dtype=int32");
    }

    @Test
    void meansOfSixteenBitNumbersDoNotOverflow() {
        Tensor x = Casts.to(doubles(60000, 60000, 60000), DType.FLOAT16);
        assertThat(Reductions.mean(x).item()).isEqualTo(60000);
        assertThat(Reductions.mean(x).dtype()).isEqualTo(DType.FLOAT16);
    }

    @Test
    void ordersAreStableWithNanAsTheLargest() {
        Indexed up = Sorting.sort(doubles(2, NAN, 1, 2), 0, false);
        assertThat(up.values().toDoubles()).containsExactly(1, 2, 2, NAN);
        assertThat(up.indices().toLongs()).containsExactly(2, 0, 3, 1);
        Indexed down = Sorting.sort(doubles(2, NAN, 1, 2), 0, true);
        assertThat(down.indices().toLongs()).containsExactly(1, 0, 3, 2);
        assertThat(Sorting.argSort(doubles(3, 1, 2), -1, false).toLongs()).containsExactly(1, 2, 0);
        assertThat(Sorting.topK(doubles(2, NAN, 1), 2, 0, true).indices().toLongs())
                .containsExactly(1, 0);
        assertThat(Sorting.topK(doubles(2, NAN, 1), 1, 0, false).indices().toLongs())
                .containsExactly(2);
        assertThatThrownBy(() -> Sorting.topK(doubles(1, 2), 3, 0, true)).hasMessageContaining("k=3");
    }

    @Test
    void medianIsTheLowerMiddleOrNan() {
        assertThat(Sorting.median(doubles(4, 1, 3, 2)).item()).isEqualTo(2);
        Indexed withNan = Sorting.median(Tensor.of(new double[] {3, 1, 2, 5, NAN, 4}, 2, 3), 1, false);
        assertThat(withNan.values().toDoubles()).containsExactly(2, NAN);
        assertThat(withNan.indices().toLongs()).containsExactly(2, 1);
        Indexed second = Sorting.kthValue(doubles(3, 1, 2), 2, 0, true);
        assertThat(second.values().toDoubles()).containsExactly(2);
        assertThat(second.indices().toLongs()).containsExactly(2);
        assertThat(Sorting.median(Tensor.scalar(DType.FLOAT64, 7), 0, false)
                        .values()
                        .item())
                .isEqualTo(7);
        assertThatThrownBy(() -> Sorting.kthValue(doubles(1), 0, 0, false)).hasMessageContaining("k=0");
    }
}
