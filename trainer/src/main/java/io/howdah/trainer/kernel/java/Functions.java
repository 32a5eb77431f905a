// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Unary;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The scalar functions behind {@link Unary} and {@link Binary} in floating-point. */
final class Functions {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private Functions() {}

    static DoubleUnaryOperator of(Unary function, double alpha, double beta) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case LOG1P -> Math::log1p;
            case EXPM1 -> Math::expm1;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case RECIPROCAL -> x -> 1 / x;
            case SQUARE -> x -> x * x;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case TANH -> Math::tanh;
            case SIGMOID -> Functions::sigmoid;
            case LOG_SIGMOID -> x -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
            case ERF -> ErrorFunction::erf;
            case POWER -> x -> power(x, alpha);
            case CLAMP, HARD_TANH -> x -> Math.min(Math.max(x, alpha), beta);
            case RELU -> x -> Math.max(x, 0);
            case LEAKY_RELU -> x -> x > 0 ? x : alpha * x;
            case ELU -> x -> x > 0 ? x : alpha * Math.expm1(x);
            case SOFTPLUS -> x -> x * alpha > beta ? x : Math.log1p(Math.exp(x * alpha)) / alpha;
            case GELU -> x -> x * normalCumulative(x);
            case GELU_TANH -> x -> x * sigmoid(2 * geluAngle(x));
            case SILU -> x -> x * sigmoid(x);
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNC -> Functions::truncate;
        };
    }

    /** @param single whether operands are of at most binary32, whose quotients are rounded to it before the floor */
    static DoubleBinaryOperator of(Binary function, boolean single) {
        return switch (function) {
            case ADD -> Double::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case FLOOR_DIVIDE -> (a, b) -> floorDivide(a, b, single);
            case TRUNC_DIVIDE -> single ? (a, b) -> truncate((float) (a / b)) : (a, b) -> truncate(a / b);
            case REMAINDER -> Functions::remainder;
            case TRUNC_REMAINDER -> (a, b) -> a % b;
            case POWER -> Functions::power;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case COPY_SIGN -> Math::copySign;
            case AND, OR, XOR ->
                throw new IllegalArgumentException("Cannot compute " + function
                        + ": dtype is floating-point, expected an integral one or bool; compare or convert first");
        };
    }

    /** 1 where the relation holds, else 0. */
    static DoubleBinaryOperator of(Comparison relation) {
        return switch (relation) {
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case NOT_EQUAL -> (a, b) -> a != b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case GREATER -> (a, b) -> a > b ? 1 : 0;
            case GREATER_EQUAL -> (a, b) -> a >= b ? 1 : 0;
        };
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Φ(x) = ½ erfc(−x/√2), without cancellation for large negative x. */
    static double normalCumulative(double x) {
        return 0.5 * ErrorFunction.erfc(-x * SQRT_HALF);
    }

    /** √(2/π)(x + 0.044715x³). */
    static double geluAngle(double x) {
        return SQRT_2_OVER_PI * (x + 0.044715 * x * x * x);
    }

    /** xᵃ as in C99, where Java has NaN for 1^NaN, 1^∞ and (−1)^∞. */
    static double power(double x, double exponent) {
        if (x == 1 || x == -1 && Double.isInfinite(exponent)) {
            return 1;
        }
        return Math.pow(x, exponent);
    }

    private static double truncate(double x) {
        return x < 0 ? Math.ceil(x) : Math.floor(x);
    }

    /** ⌊a / b⌋ from the exact remainder, because a / b may round up to the next integer. */
    private static double floorDivide(double a, double b, boolean single) {
        if (b == 0) {
            return a / b;
        }
        double rest = a % b;
        double quotient = single ? (float) ((float) (a - rest) / b) : (a - rest) / b;
        if (rest != 0 && b < 0 != rest < 0) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double remainder(double a, double b) {
        double rest = a % b;
        return rest != 0 && b < 0 != rest < 0 ? rest + b : rest;
    }
}
