// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

/** Samples of elementwise ops. */
final class PointwiseSamples {
    private PointwiseSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        addArithmetic(samples);
        addFunctions(samples);
        addBounds(samples);
        addWithoutGradient(samples);
        ActivationSamples.addTo(samples);
        samples.put("clone", unary(Copies::clone, -2, 2));
        samples.put(
                "channelsLast",
                List.of(Sample.of(x -> Functions.exp(Copies.channelsLast(x.get(0))), shape(2, 3, 2, 4))));
        samples.put(
                "copy",
                List.of(Sample.of(x -> Copies.copyInPlace(Copies.clone(x.get(0)), x.get(1)), shape(3, 4), shape(4))));
        samples.put("fill", unary(x -> Copies.fillInPlace(Copies.clone(x), 3), -2, 2));
        // A wide step, because float32 lies between.
        samples.put(
                "to",
                List.of(Sample.of(x -> Casts.to(Casts.to(x.get(0), DType.FLOAT32), DType.FLOAT64), shape(2, 3))
                        .step(0x1p-6)));
    }

    private static void addArithmetic(Map<String, List<Sample>> samples) {
        samples.put("add", binary(Arithmetic::add, 0.5, 2));
        samples.put("subtract", binary(Arithmetic::subtract, 0.5, 2));
        samples.put("multiply", binary(Arithmetic::multiply, 0.5, 2));
        samples.put("divide", binary(Arithmetic::divide, 0.5, 2));
        // Where quotients are far from whole numbers.
        samples.put("floorDivide", List.of(quotient(Division::floorDivide)));
        samples.put("truncDivide", List.of(quotient(Division::truncDivide)));
        samples.put("remainder", List.of(quotient(Division::remainder)));
        samples.put("truncRemainder", List.of(quotient(Division::truncRemainder)));
        samples.put("power", binary(Powers::power, 0.5, 2));
        samples.put(
                "powerOfNumber",
                several(unary(x -> Powers.power(x, -1.5), 0.5, 2), unary(x -> Powers.power(x, 0.0), -1, 2)));
        samples.put("affine", unary(x -> Arithmetic.affine(x, 3, -1), -2, 2));
        samples.put("negate", unary(Arithmetic::negate, -2, 2));
    }

    private static Sample quotient(BinaryOperator<Tensor> function) {
        return Sample.of(
                        x -> function.apply(
                                Arithmetic.add(
                                        x.get(0),
                                        Casts.to(
                                                Tensor.of(new float[] {-3, 1, 6}, 3),
                                                x.get(0).dtype())),
                                Arithmetic.affine(x.get(1), -1, -2)),
                        shape(4, 3),
                        shape(4, 1))
                .between(0.1, 0.3);
    }

    private static void addFunctions(Map<String, List<Sample>> samples) {
        samples.put("exp", unary(Functions::exp, -2, 2));
        samples.put("expm1", unary(Functions::expm1, -2, 2));
        samples.put("sqrt", unary(Functions::sqrt, 0.2, 2));
        samples.put("rsqrt", unary(Functions::rsqrt, 0.3, 2));
        samples.put("reciprocal", unary(Functions::reciprocal, 0.3, 2));
        samples.put("tanh", unary(Functions::tanh, -2, 2));
        samples.put("sigmoid", unary(Functions::sigmoid, -2, 2));
        samples.put("log", unary(Functions::log, 0.2, 2));
        samples.put("log1p", unary(Functions::log1p, -0.8, 2));
        samples.put("sin", unary(Functions::sin, -2, 2));
        samples.put("cos", unary(Functions::cos, -2, 2));
        samples.put("erf", unary(Functions::erf, -2, 2));
        samples.put("square", unary(Functions::square, -2, 2));
        samples.put("abs", several(unary(Rounding::abs, -2, -0.1), unary(Rounding::abs, 0.1, 2)));
        samples.put("sign", unary(Rounding::sign, 0.1, 2));
        // Away from the steps.
        samples.put("floor", unary(Rounding::floor, 1.1, 1.4));
        samples.put("ceil", unary(Rounding::ceil, 1.1, 1.4));
        samples.put("round", several(unary(Rounding::round, 1.1, 1.4), unary(x -> Rounding.round(x, 1), 0.11, 0.14)));
        samples.put("trunc", unary(Rounding::trunc, -1.4, -1.1));
        samples.put(
                "copySign",
                several(
                        binary(Rounding::copySign, 0.5, 2),
                        binary((a, b) -> Rounding.copySign(a, Arithmetic.negate(b)), 0.5, 2)));
    }

    private static void addBounds(Map<String, List<Sample>> samples) {
        samples.put("maximum", binary(Bounds::maximum, -2, 2));
        samples.put("minimum", binary(Bounds::minimum, -2, 2));
        samples.put(
                "clamp",
                several(
                        unary(x -> Bounds.clamp(x, -0.5, 1), -2, 2),
                        unary(x -> Bounds.clamp(x, Double.NEGATIVE_INFINITY, 1), -2, 2)));
        samples.put("clampBelow", binary((a, b) -> Bounds.clamp(a, b, null), -2, 2));
        samples.put("clampAbove", binary((a, b) -> Bounds.clamp(a, null, b), -2, 2));
        samples.put("where", binary((a, b) -> Selection.where(mask(a), a, b), -2, 2));
        samples.put(
                "maskedFill",
                List.of(
                        Sample.of(x -> Selection.maskedFill(x.get(0), mask(x.get(0)), x.get(1)), shape(3, 4), shape()),
                        Sample.of(
                                x -> Selection.maskedFill(
                                        x.get(0), Tensor.of(new boolean[] {true, false, false}, 3, 1), 2),
                                shape(4))));
    }

    /** Every other element. */
    private static Tensor mask(Tensor x) {
        boolean[] mask = new boolean[(int) x.elements()];
        for (int i = 0; i < mask.length; i += 2) {
            mask[i] = true;
        }
        return Tensor.of(mask, x.shape().sizes());
    }

    private static void addWithoutGradient(Map<String, List<Sample>> samples) {
        samples.put("equal", binary(Comparisons::equal, 0, 1));
        samples.put("notEqual", binary(Comparisons::notEqual, 0, 1));
        samples.put("less", binary(Comparisons::less, 0, 1));
        samples.put("lessEqual", binary(Comparisons::lessEqual, 0, 1));
        samples.put("greater", binary(Comparisons::greater, 0, 1));
        samples.put("greaterEqual", binary(Comparisons::greaterEqual, 0, 1));
        samples.put("bitwiseAnd", binary((a, b) -> Logic.bitwiseAnd(bits(a), bits(b)), 0, 9));
        samples.put("bitwiseOr", binary((a, b) -> Logic.bitwiseOr(bits(a), bits(b)), 0, 9));
        samples.put("bitwiseXor", binary((a, b) -> Logic.bitwiseXor(bits(a), bits(b)), 0, 9));
    }

    private static Tensor bits(Tensor x) {
        return Casts.to(x, DType.INT64);
    }

    static List<Sample> binary(BinaryOperator<Tensor> function, double low, double high) {
        return binary(x -> function.apply(x.get(0), x.get(1)), low, high);
    }

    @SafeVarargs
    static List<Sample> several(List<Sample>... lists) {
        return Stream.of(lists).flatMap(List::stream).toList();
    }

    private static List<Sample> binary(Function<List<Tensor>, Tensor> call, double low, double high) {
        return List.of(
                Sample.of(call, shape(3, 4), shape(3, 4)).between(low, high),
                Sample.of(call, shape(2, 3, 4), shape(3, 1)).between(low, high),
                Sample.of(call, shape(4), shape(2, 1, 4)).between(low, high),
                Sample.of(call, shape(), shape(2, 2)).between(low, high),
                Sample.of(call, shape(0, 3), shape(3)).between(low, high));
    }

    static List<Sample> unary(Function<Tensor, Tensor> function, double low, double high) {
        return List.of(
                Sample.of(x -> function.apply(x.get(0)), shape(3, 4)).between(low, high),
                Sample.of(x -> function.apply(x.get(0)), shape()).between(low, high),
                Sample.of(x -> function.apply(x.get(0)), shape(2, 0)).between(low, high));
    }
}
