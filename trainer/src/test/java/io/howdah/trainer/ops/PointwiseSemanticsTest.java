// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Edge values, dtypes and refusals of elementwise ops; expected values were taken from PyTorch. */
class PointwiseSemanticsTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final Offset<Double> OFFSET = Offset.offset(1e-12);

    private static Tensor doubles(double... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor bools(boolean... values) {
        return Tensor.of(values, values.length);
    }

    /** Gradients of the sum of a function, one row per input. */
    static double[][] gradients(Function<List<Tensor>, Tensor> function, double[]... inputs) {
        List<Tensor> leaves = List.of(inputs).stream()
                .map(input -> Autograd.parameter(doubles(input)))
                .toList();
        Autograd.backward(Reductions.sum(function.apply(leaves)));
        return leaves.stream().map(leaf -> leaf.grad().toDoubles()).toArray(double[][]::new);
    }

    private static double[] gradient(Function<Tensor, Tensor> function, double... input) {
        return gradients(x -> function.apply(x.get(0)), input)[0];
    }

    @Test
    void derivativesAtCorners() {
        double[][] maximum =
                gradients(x -> Bounds.maximum(x.get(0), x.get(1)), new double[] {1, 2, 3}, new double[] {1, 3, 2});
        assertThat(maximum[0]).containsExactly(0.5, 0, 1);
        assertThat(maximum[1]).containsExactly(0.5, 1, 0);
        assertThat(gradient(x -> Bounds.clamp(x, 0, 1), -1, 0, 0.5, 1, 2)).containsExactly(0, 1, 1, 1, 0);
        assertThat(gradient(Rounding::abs, -1, 0, 1)).containsExactly(-1, 0, 1);
        assertThat(gradient(x -> Activations.hardTanh(x, -1, 1), -1, 0, 1)).containsExactly(0, 1, 0);
        assertThat(gradient(Activations::relu6, 0, 6, 3)).containsExactly(0, 0, 1);
        assertThat(gradient(Rounding::round, 1.2)).containsExactly(0);
    }

    @Test
    void derivativesOfPowersOfZero() {
        double[][] power =
                gradients(x -> Powers.power(x.get(0), x.get(1)), new double[] {0, 2, 0}, new double[] {0, 3, 2});
        assertThat(power[0]).containsExactly(0, 12, 0);
        assertThat(power[1]).containsExactly(0, 8 * Math.log(2), 0);
        assertThat(gradient(x -> Powers.power(x, 0.0), 0, 2)).containsExactly(0, 0);
    }

    @Test
    void aBranchNotTakenStillLeaksNan() {
        assertThat(gradient(x -> Selection.where(Comparisons.greater(x, 0), Functions.sqrt(x), 0.0), 0, 4))
                .containsExactly(NAN, 0.25);
    }

    @Test
    void quotientsAndRemaindersHaveTheirSigns() {
        Tensor a = doubles(-7, 7, -7);
        Tensor b = doubles(2, -2, -2);
        assertThat(Division.truncRemainder(a, b).toDoubles()).containsExactly(-1, 1, -1);
        assertThat(Division.remainder(a, b).toDoubles()).containsExactly(1, -1, -1);
        assertThat(Division.remainder(longs(-7, 7), 2).toLongs()).containsExactly(1, 1);
        assertThat(Division.truncRemainder(longs(-7, 7), 2).toLongs()).containsExactly(-1, 1);
        assertThat(Division.truncDivide(doubles(-7), 2.0).toDoubles()).containsExactly(-3);
        assertThat(Division.floorDivide(longs(-7, 7), 2).toLongs()).containsExactly(-4, 3);
        assertThat(Division.truncDivide(longs(-7, 7), longs(2)).toLongs()).containsExactly(-3, 3);
        assertThatThrownBy(() -> Division.floorDivide(longs(1), longs(0))).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void numbersPromoteByTheirCategoryAlone() {
        Tensor integers = longs(1, 2);
        assertThat(Arithmetic.add(integers, 1).toLongs()).containsExactly(2, 3);
        assertThat(Arithmetic.subtract(1, integers).toLongs()).containsExactly(0, -1);
        assertThat(Arithmetic.multiply(bools(true, false), 2).toLongs()).containsExactly(2, 0);
        assertThat(Arithmetic.multiply(integers, 2.0).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Arithmetic.divide(integers, 2).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Powers.power(integers, 2).toLongs()).containsExactly(1, 4);
        assertThat(Powers.power(2, integers).toLongs()).containsExactly(2, 4);
        assertThat(Bounds.clamp(longs(-5, 5), 0, INFINITY).toLongs()).containsExactly(0, 5);
        assertThat(Bounds.clamp(longs(-5, 5), 1.5, 2).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Arithmetic.add(Tensor.zeros(DType.BFLOAT16, Shape.of(1)), 0.1)
                        .dtype())
                .isEqualTo(DType.BFLOAT16);
        assertThat(Selection.where(bools(true, false), 1, 0).dtype()).isEqualTo(DType.INT64);
        assertThat(Selection.where(bools(true), 1.0, 0.0).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Functions.exp(integers).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(Rounding.floor(integers).dtype()).isEqualTo(DType.INT64);
        assertThat(Selection.maskedFill(integers, bools(true, false), 1.5).toLongs())
                .containsExactly(1, 2);
    }

    @Test
    void truthValuesCombine() {
        assertThat(Arithmetic.add(bools(true, false), bools(true, false)).toLongs())
                .containsExactly(1, 0);
        assertThat(Logic.and(doubles(NAN, 0, 1), bools(true)).toLongs()).containsExactly(1, 0, 1);
        assertThat(Logic.xor(doubles(2, 0), longs(3)).toLongs()).containsExactly(0, 1);
        assertThat(Logic.bitwiseNot(longs(1, 0)).toLongs()).containsExactly(-2, -1);
        assertThat(Logic.bitwiseAndInPlace(longs(6, 5), longs(3, 4)).toLongs()).containsExactly(2, 4);
        assertThat(Logic.bitwiseOrInPlace(longs(6, 5), longs(3, 4)).toLongs()).containsExactly(7, 5);
        assertThat(Logic.bitwiseNotInPlace(longs(1, 0)).toLongs()).containsExactly(-2, -1);
        assertThat(Logic.bitwiseNot(bools(true)).toLongs()).containsExactly(0);
        assertThat(Logic.bitwiseNot(Tensor.of(new byte[] {1}, 1)).toLongs()).containsExactly(254);
        assertThatThrownBy(() -> Arithmetic.subtract(bools(true), bools(true)))
                .hasMessageContaining("Cannot compute subtract: dtypes=[bool, bool]");
        assertThatThrownBy(() -> Logic.bitwiseAnd(doubles(1), doubles(2))).hasMessageContaining("bitwiseAnd");
    }

    @Test
    void specialNumbersAreFound() {
        Tensor x = doubles(INFINITY, -INFINITY, NAN, 1);
        assertThat(Comparisons.isInfinite(x).toLongs()).containsExactly(1, 1, 0, 0);
        assertThat(Comparisons.isFinite(x).toLongs()).containsExactly(0, 0, 0, 1);
        assertThat(Comparisons.isNan(x).toLongs()).containsExactly(0, 0, 1, 0);
        assertThat(Comparisons.isFinite(longs(1)).toLongs()).containsExactly(1);
        assertThat(Bounds.maximum(doubles(NAN), doubles(1)).toDoubles()).containsExactly(NAN);
    }

    @Test
    void roundsToEvenAndToDecimals() {
        assertThat(Rounding.round(doubles(0.5, 1.5, 2.5, -0.5)).toDoubles()).containsExactly(0, 2, 2, -0.0);
        assertThat(Rounding.round(doubles(1234.5678), 2).toDoubles()).containsExactly(1234.57);
        assertThat(Rounding.round(doubles(1234.5678), -2).toDoubles()).containsExactly(1200);
        assertThat(Rounding.copySign(doubles(1, 2), doubles(-0.0, 0)).toDoubles())
                .containsExactly(-1, 2);
        assertThat(Arithmetic.multiply(doubles(-0.0), 2).toDoubles()).containsExactly(-0.0);
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatThrownBy(() -> Powers.power(longs(2), -1)).hasMessageContaining("exponent=-1");
        assertThatThrownBy(() -> Arithmetic.add(longs(1), longs(2), 1.5)).hasMessageContaining("alpha=1.5");
        assertThatThrownBy(() -> Activations.hardTanh(doubles(1), 0.5, -0.5)).hasMessageContaining("low=0.5");
        assertThatThrownBy(() -> Gates.prelu(Tensor.zeros(DType.FLOAT32, Shape.of(2, 8, 3)), doubles(1, 2)))
                .hasMessageContaining("weight=[2]");
        assertThatThrownBy(() -> Gates.glu(doubles(1, 2, 3), 0)).hasMessageContaining("even size");
        assertThatThrownBy(() -> Selection.where(longs(1), doubles(1), doubles(2)))
                .hasMessageContaining("mask dtype=int64");
        assertThatThrownBy(() -> Selection.maskedFill(doubles(1), bools(true), doubles(2)))
                .hasMessageContaining("value=[1], expected a scalar");
        assertThatThrownBy(() -> Activations.gelu(longs(1))).hasMessageContaining("Cannot compute gelu");
    }

    @Test
    void composedActivations() {
        Tensor x = doubles(-4, -1, 0, 2, 4);
        assertThat(Gates.hardSwish(x).toDoubles()).containsExactly(new double[] {0, -1 / 3.0, 0, 5 / 3.0, 4}, OFFSET);
        assertThat(Gates.mish(doubles(1)).item()).isCloseTo(Math.tanh(Math.log1p(Math.E)), OFFSET);
        assertThat(Gates.threshold(x, 0, 20).toDoubles()).containsExactly(20, 20, 20, 2, 4);
        assertThat(Gates.swiGlu(doubles(1), doubles(3)).item()).isCloseTo(3 / (1 + Math.exp(-1)), OFFSET);
    }
}
