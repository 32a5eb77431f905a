// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Unary;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** The scalar functions behind {@link Unary} and {@link Binary} for integers and bool, in 64 bits with wrap-around. */
final class IntegerFunctions {
    private IntegerFunctions() {}

    /** Functions with fractional results truncate. */
    static LongUnaryOperator of(Unary function, double alpha, double beta) {
        DoubleUnaryOperator fractional = Functions.of(function, alpha, beta);
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Long::signum;
            case SQUARE -> x -> x * x;
            case RELU -> x -> Math.max(x, 0);
            case CLAMP, HARD_TANH -> x -> Math.min(Math.max(x, (long) alpha), (long) beta);
            case FLOOR, CEIL, ROUND, TRUNC -> x -> x;
            case POWER -> alpha == Math.rint(alpha) ? x -> power(x, (long) alpha) : truncated(fractional);
            case EXP,
                    LOG,
                    LOG1P,
                    EXPM1,
                    SQRT,
                    RSQRT,
                    RECIPROCAL,
                    SIN,
                    COS,
                    TANH,
                    SIGMOID,
                    LOG_SIGMOID,
                    ERF,
                    LEAKY_RELU,
                    ELU,
                    SOFTPLUS,
                    GELU,
                    GELU_TANH,
                    SILU -> truncated(fractional);
        };
    }

    private static LongUnaryOperator truncated(DoubleUnaryOperator function) {
        return x -> (long) function.applyAsDouble(x);
    }

    static LongBinaryOperator of(Binary function) {
        return switch (function) {
            case ADD -> Long::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case FLOOR_DIVIDE -> Math::floorDiv;
            case TRUNC_DIVIDE -> (a, b) -> a / b;
            case REMAINDER -> Math::floorMod;
            case TRUNC_REMAINDER -> (a, b) -> a % b;
            case POWER -> IntegerFunctions::power;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case XOR -> (a, b) -> a ^ b;
            case DIVIDE, COPY_SIGN ->
                throw new IllegalArgumentException("Cannot compute " + function
                        + ": dtype is integral or bool, expected a floating-point one; convert the operands first");
        };
    }

    /** 1 where the relation holds, else 0. */
    static LongBinaryOperator of(Comparison relation) {
        return switch (relation) {
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case NOT_EQUAL -> (a, b) -> a != b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case GREATER -> (a, b) -> a > b ? 1 : 0;
            case GREATER_EQUAL -> (a, b) -> a >= b ? 1 : 0;
        };
    }

    /** By squaring; a negative exponent gives 1/xⁿ rounded to zero. */
    private static long power(long base, long exponent) {
        if (exponent < 0) {
            return base == 1 || base == -1 && (exponent & 1) == 0 ? 1 : base == -1 ? -1 : 0;
        }
        long result = 1;
        long square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            result *= (rest & 1) == 1 ? square : 1;
            square *= square;
        }
        return result;
    }
}
