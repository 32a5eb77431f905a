// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each function in place gives the same results and gradients as out of place, and returns its target. */
class InPlaceTest {
    record Unary(String name, UnaryOperator<Tensor> fresh, UnaryOperator<Tensor> inPlace) {
        @Override
        public String toString() {
            return name;
        }
    }

    record Binary(String name, BinaryOperator<Tensor> fresh, BinaryOperator<Tensor> inPlace) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeEach
    void referenceKernels() {
        Backends.use("java");
    }

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    static List<Unary> unaryFunctions() {
        return List.of(
                new Unary("add", x -> Arithmetic.add(x, 1.5), x -> Arithmetic.addInPlace(x, 1.5)),
                new Unary("subtract", x -> Arithmetic.subtract(x, 2), x -> Arithmetic.subtractInPlace(x, 2)),
                new Unary("multiply", x -> Arithmetic.multiply(x, 1.5), x -> Arithmetic.multiplyInPlace(x, 1.5)),
                new Unary("divide", x -> Arithmetic.divide(x, 3), x -> Arithmetic.divideInPlace(x, 3)),
                new Unary("negate", Arithmetic::negate, Arithmetic::negateInPlace),
                new Unary("exp", Functions::exp, Functions::expInPlace),
                new Unary("expm1", Functions::expm1, Functions::expm1InPlace),
                new Unary("sqrt", Functions::sqrt, Functions::sqrtInPlace),
                new Unary("rsqrt", Functions::rsqrt, Functions::rsqrtInPlace),
                new Unary("reciprocal", Functions::reciprocal, Functions::reciprocalInPlace),
                new Unary("tanh", Functions::tanh, Functions::tanhInPlace),
                new Unary("sigmoid", Functions::sigmoid, Functions::sigmoidInPlace),
                new Unary("log", Functions::log, Functions::logInPlace),
                new Unary("log1p", Functions::log1p, Functions::log1pInPlace),
                new Unary("sin", Functions::sin, Functions::sinInPlace),
                new Unary("cos", Functions::cos, Functions::cosInPlace),
                new Unary("erf", Functions::erf, Functions::erfInPlace),
                new Unary("square", Functions::square, Functions::squareInPlace),
                new Unary("abs", Rounding::abs, Rounding::absInPlace),
                new Unary("sign", Rounding::sign, Rounding::signInPlace),
                new Unary("floor", Rounding::floor, Rounding::floorInPlace),
                new Unary("ceil", Rounding::ceil, Rounding::ceilInPlace),
                new Unary("round", Rounding::round, Rounding::roundInPlace),
                new Unary("trunc", Rounding::trunc, Rounding::truncInPlace),
                new Unary("power", x -> Powers.power(x, 1.5), x -> Powers.powerInPlace(x, 1.5)),
                new Unary("clamp", x -> Bounds.clamp(x, 1, 2), x -> Bounds.clampInPlace(x, 1, 2)),
                new Unary("relu", Activations::relu, Activations::reluInPlace),
                new Unary("silu", Activations::silu, Activations::siluInPlace),
                new Unary("elu", x -> Activations.elu(x, 1), x -> Activations.eluInPlace(x, 1)),
                new Unary("leakyRelu", x -> Activations.leakyRelu(x, 0.1), x -> Activations.leakyReluInPlace(x, 0.1)),
                new Unary("hardTanh", x -> Activations.hardTanh(x, 0, 1), x -> Activations.hardTanhInPlace(x, 0, 1)));
    }

    static List<Binary> binaryFunctions() {
        Tensor mask = Tensor.of(new boolean[] {true, false, true}, 3);
        return List.of(
                new Binary("add", Arithmetic::add, Arithmetic::addInPlace),
                new Binary(
                        "addScaled", (a, b) -> Arithmetic.add(a, b, 2.5), (a, b) -> Arithmetic.addInPlace(a, b, 2.5)),
                new Binary("subtract", Arithmetic::subtract, Arithmetic::subtractInPlace),
                new Binary("multiply", Arithmetic::multiply, Arithmetic::multiplyInPlace),
                new Binary("divide", Arithmetic::divide, Arithmetic::divideInPlace),
                new Binary(
                        "floorDivide",
                        Division::floorDivide,
                        (a, b) -> Division.divideInPlace(a, b, Division.Rounding.FLOOR)),
                new Binary("remainder", Division::remainder, Division::remainderInPlace),
                new Binary("truncRemainder", Division::truncRemainder, Division::truncRemainderInPlace),
                new Binary("power", Powers::power, Powers::powerInPlace),
                new Binary("copySign", Rounding::copySign, Rounding::copySignInPlace),
                new Binary("maximum", Bounds::maximum, Bounds::maximumInPlace),
                new Binary("minimum", Bounds::minimum, Bounds::minimumInPlace),
                new Binary("clamp", (a, b) -> Bounds.clamp(a, b, b), (a, b) -> Bounds.clampInPlace(a, b, b)),
                new Binary("lerp", (a, b) -> Ternary.lerp(a, b, 0.3), (a, b) -> Ternary.lerpInPlace(a, b, 0.3)),
                new Binary(
                        "addProduct",
                        (a, b) -> Ternary.addProduct(a, b, b, 2),
                        (a, b) -> Ternary.addProductInPlace(a, b, b, 2)),
                new Binary(
                        "addQuotient",
                        (a, b) -> Ternary.addQuotient(a, b, b, 2),
                        (a, b) -> Ternary.addQuotientInPlace(a, b, b, 2)),
                new Binary(
                        "maskedFill",
                        (a, b) -> Selection.maskedFill(a, mask, Reductions.sum(b)),
                        (a, b) -> Selection.maskedFillInPlace(a, mask, Reductions.sum(b))));
    }

    @ParameterizedTest
    @MethodSource("unaryFunctions")
    void unary(Unary function) {
        Tensor x = Autograd.parameter(Tensor.of(new double[] {0.3, 1.2, 2.6}, 3));
        Tensor expected = function.fresh().apply(x);
        Tensor target = Arithmetic.multiply(x, 1);
        assertThat(function.inPlace().apply(target)).isSameAs(target);
        assertThat(target.toDoubles()).containsExactly(expected.toDoubles());
        assertThat(target.version()).isPositive();
        assertThat(gradients(target, x)).containsExactly(gradients(expected, x));
    }

    @ParameterizedTest
    @MethodSource("binaryFunctions")
    void binary(Binary function) {
        Tensor a = Autograd.parameter(Tensor.of(new double[] {0.3, 1.2, 2.6, 0.4, 1.3, 2.7}, 2, 3));
        Tensor b = Autograd.parameter(Tensor.of(new double[] {1.1, 0.7, 2.3}, 3));
        Tensor expected = function.fresh().apply(a, b);
        Tensor target = Arithmetic.multiply(a, 1);
        assertThat(function.inPlace().apply(target, b)).isSameAs(target);
        assertThat(target.toDoubles()).containsExactly(expected.toDoubles());
        assertThat(gradients(target, a, b)).containsExactly(gradients(expected, a, b));
    }

    private static double[] gradients(Tensor out, Tensor... inputs) {
        return Autograd.grad(
                        List.of(Reductions.sum(out)),
                        List.of(Tensor.scalar(DType.FLOAT64, 1)),
                        List.of(inputs),
                        Autograd.SavedTensors.FREE,
                        Autograd.Unused.ZEROS)
                .stream()
                .flatMapToDouble(gradient -> Arrays.stream(gradient.toDoubles()))
                .toArray();
    }

    @Test
    void copiesOfOverwrittenInputsGoWithTheGraph() {
        Tensor x = Autograd.parameter(Tensor.of(new double[] {0.3, 1.2}, 2));
        Tensor y = Functions.sinInPlace(Arithmetic.multiply(x, 1));
        long before = Garbage.unreleasedBytes();
        try (StepScope scope = StepScope.open()) {
            gradients(y, x);
        }
        assertThat(Garbage.unreleasedBytes()).isLessThan(before);
    }

    @Test
    void integersAreWrittenOnlyIfTheResultIsOne() {
        Tensor x = Tensor.of(new long[] {7, -7}, 2);
        Arithmetic.addInPlace(x, 1);
        Division.divideInPlace(x, Tensor.of(new long[] {4}, 1), Division.Rounding.FLOOR);
        assertThat(x.toLongs()).containsExactly(2, -2);
        Map<String, Runnable> refused = Map.of(
                "add", () -> Arithmetic.addInPlace(x, 1.5),
                "divide", () -> Arithmetic.divideInPlace(x, 2),
                "exp", () -> Functions.expInPlace(x));
        refused.forEach((op, call) -> assertThatThrownBy(call::run)
                .hasMessageContaining("Cannot compute " + op)
                .hasMessageContaining("can't be cast to the desired output type int64"));
    }

    @Test
    void refusesToFillElementsThatShareMemory() {
        Tensor stretched = Tensor.of(new float[] {1, 2, 3}, 3).view(Shape.of(2, 3), new long[] {0, 1}, 0);
        Tensor mask = Tensor.of(new boolean[] {true, false}, 2, 1);
        assertThatThrownBy(() -> Selection.maskedFillInPlace(stretched, mask, 0))
                .hasMessageContaining("more than one element of the written-to tensor");
    }
}
