// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Bounds;
import io.howdah.trainer.ops.Comparisons;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Division;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Logic;
import io.howdah.trainer.ops.Powers;
import io.howdah.trainer.ops.Rounding;
import io.howdah.trainer.ops.Selection;
import io.howdah.trainer.ops.Ternary;
import io.howdah.trainer.tensor.Tensor;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Arithmetic, functions and comparisons. */
final class PointwiseCases {
    private PointwiseCases() {}

    static void addTo(Table table) {
        table.add(
                "add",
                call -> Arithmetic.add(
                        call.tensor(0), call.tensor(1, "other"), call.number(GoldenCall.KEYWORD, "alpha", 1)));
        table.add(
                "sub",
                call -> Arithmetic.subtract(
                        call.tensor(0), call.tensor(1, "other"), call.number(GoldenCall.KEYWORD, "alpha", 1)));
        table.add(
                "mul",
                call -> call.isTensor(1, "other")
                        ? Arithmetic.multiply(call.tensor(0), call.tensor(1, "other"))
                        : Arithmetic.multiply(call.tensor(0), call.number(1, "other")));
        table.add(
                "div",
                call -> Division.divide(
                        call.tensor(0),
                        call.tensor(1, "other"),
                        Division.Rounding.valueOf(call.text(GoldenCall.KEYWORD, "rounding_mode", "none")
                                .toUpperCase(Locale.ROOT))));
        addBinary(table, "true_divide", "other", Arithmetic::divide);
        addBinary(table, "floor_divide", "other", Division::floorDivide);
        addBinary(table, "pow", "exponent", Powers::power);
        addBinary(table, "remainder", "other", Division::remainder);
        addBinary(table, "fmod", "other", Division::truncRemainder);
        addOperators(table);
    }

    private static void addOperators(Table table) {
        table.add(
                "copysign",
                call -> call.isTensor(1, "other")
                        ? Rounding.copySign(call.tensor(0), call.tensor(1, "other"))
                        : Rounding.copySign(call.tensor(0), call.number(1, "other")));
        table.add(
                "lerp",
                call -> call.isTensor(2, "weight")
                        ? Ternary.lerp(call.tensor(0), call.tensor(1, "end"), call.tensor(2, "weight"))
                        : Ternary.lerp(call.tensor(0), call.tensor(1, "end"), call.number(2, "weight")));
        table.add(
                "addcmul",
                call -> Ternary.addProduct(
                        call.tensor(0),
                        call.tensor(1, "tensor1"),
                        call.tensor(2, "tensor2"),
                        call.number(GoldenCall.KEYWORD, "value", 1)));
        table.add(
                "addcdiv",
                call -> Ternary.addQuotient(
                        call.tensor(0),
                        call.tensor(1, "tensor1"),
                        call.tensor(2, "tensor2"),
                        call.number(GoldenCall.KEYWORD, "value", 1)));
        addFunctions(table);
        addComparisons(table);
        addSelections(table);
        ActivationCases.addTo(table);
    }

    private static void addFunctions(Table table) {
        addUnary(table, "neg", Arithmetic::negate);
        addUnary(table, "abs", Rounding::abs);
        addUnary(table, "exp", Functions::exp);
        addUnary(table, "log", Functions::log);
        addUnary(table, "sqrt", Functions::sqrt);
        addUnary(table, "rsqrt", Functions::rsqrt);
        addUnary(table, "reciprocal", Functions::reciprocal);
        addUnary(table, "square", Functions::square);
        addUnary(table, "sin", Functions::sin);
        addUnary(table, "cos", Functions::cos);
        addUnary(table, "tanh", Functions::tanh);
        addUnary(table, "sigmoid", Functions::sigmoid);
        addUnary(table, "expm1", Functions::expm1);
        addUnary(table, "log1p", Functions::log1p);
        addUnary(table, "erf", Functions::erf);
        addUnary(table, "sign", Rounding::sign);
        addUnary(table, "floor", Rounding::floor);
        addUnary(table, "ceil", Rounding::ceil);
        addUnary(table, "trunc", Rounding::trunc);
        table.add("round", call -> Rounding.round(call.tensor(0), call.integer(GoldenCall.KEYWORD, "decimals", 0)));
    }

    private static void addComparisons(Table table) {
        addBinary(table, "eq", "other", Comparisons::equal);
        addBinary(table, "ne", "other", Comparisons::notEqual);
        addBinary(table, "lt", "other", Comparisons::less);
        addBinary(table, "le", "other", Comparisons::lessEqual);
        addBinary(table, "gt", "other", Comparisons::greater);
        addBinary(table, "ge", "other", Comparisons::greaterEqual);
        addBinary(table, "logical_and", "other", Logic::and);
        addBinary(table, "logical_or", "other", Logic::or);
        addBinary(table, "logical_xor", "other", Logic::xor);
        addUnary(table, "logical_not", Logic::not);
        addBinary(table, "bitwise_and", "other", Logic::bitwiseAnd);
        addBinary(table, "bitwise_or", "other", Logic::bitwiseOr);
        addBinary(table, "bitwise_xor", "other", Logic::bitwiseXor);
        addUnary(table, "bitwise_not", Logic::bitwiseNot);
        addUnary(table, "isfinite", Comparisons::isFinite);
        addUnary(table, "isinf", Comparisons::isInfinite);
        addUnary(table, "isnan", Comparisons::isNan);
        addBinary(table, "maximum", "other", Bounds::maximum);
        addBinary(table, "minimum", "other", Bounds::minimum);
    }

    private static void addSelections(Table table) {
        table.add(
                "clamp",
                call -> Bounds.clamp(call.tensor(0), call.optionalTensor(1, "min"), call.optionalTensor(2, "max")));
        table.add("clamp_min", call -> Bounds.clamp(call.tensor(0), call.tensor(1, "min"), null));
        table.add("clamp_max", call -> Bounds.clamp(call.tensor(0), null, call.tensor(1, "max")));
        table.add(
                "where", call -> Selection.where(call.tensor(1, "condition"), call.tensor(0), call.tensor(2, "other")));
        table.add(
                "masked_fill",
                call -> call.isTensor(2, "value")
                        ? Selection.maskedFill(call.tensor(0), call.tensor(1, "mask"), call.tensor(2, "value"))
                        : Selection.maskedFill(call.tensor(0), call.tensor(1, "mask"), call.number(2, "value")));
        // In place, which parameters refuse: hence on a copy.
        table.add("zero_", call -> Copies.zeroInPlace(Copies.clone(call.tensor(0))));
    }

    static void addUnary(Table table, String op, UnaryOperator<Tensor> function) {
        table.add(op, call -> function.apply(call.tensor(0)));
    }

    private static void addBinary(Table table, String op, String other, BinaryOperator<Tensor> function) {
        table.add(op, call -> function.apply(call.tensor(0), call.tensor(1, other)));
    }
}
