// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Unary;
import java.util.function.DoubleUnaryOperator;

/** The derivatives of {@link Unary}, free of cancellation where a closed form is. */
final class Derivatives {
    private static final double INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private Derivatives() {}

    static DoubleUnaryOperator of(Unary function, double alpha, double beta) {
        return switch (function) {
            case NEGATE -> x -> -1;
            case ABS -> Math::signum;
            case SIGN, FLOOR, CEIL, ROUND, TRUNC -> x -> 0;
            case EXP, EXPM1 -> Math::exp;
            case LOG -> x -> 1 / x;
            case LOG1P -> x -> 1 / (1 + x);
            case SQRT -> x -> 0.5 / Math.sqrt(x);
            case RSQRT -> x -> -0.5 / (x * Math.sqrt(x));
            case RECIPROCAL -> x -> -1 / (x * x);
            case SQUARE -> x -> 2 * x;
            case SIN -> Math::cos;
            case COS -> x -> -Math.sin(x);
            case TANH -> Derivatives::tanh;
            case SIGMOID -> Derivatives::sigmoid;
            case LOG_SIGMOID -> x -> Functions.sigmoid(-x);
            case ERF -> x -> TWO_OVER_SQRT_PI * Math.exp(-x * x);
            case POWER -> x -> alpha == 0 ? 0 : alpha * Functions.power(x, alpha - 1);
            case CLAMP -> x -> x >= alpha && x <= beta ? 1 : 0;
            case HARD_TANH -> x -> x > alpha && x < beta ? 1 : 0;
            case RELU -> x -> x > 0 ? 1 : 0;
            case LEAKY_RELU -> x -> x > 0 ? 1 : alpha;
            case ELU -> x -> x > 0 ? 1 : alpha * Math.exp(x);
            case SOFTPLUS -> x -> x * alpha > beta ? 1 : Functions.sigmoid(x * alpha);
            case GELU -> x -> Functions.normalCumulative(x) + x * INVERSE_SQRT_2PI * Math.exp(-0.5 * x * x);
            case GELU_TANH -> Derivatives::geluTanh;
            case SILU -> x -> Functions.sigmoid(x) + x * sigmoid(x);
        };
    }

    /** The derivative as a function of the result y. */
    static DoubleUnaryOperator ofResult(Unary function) {
        return switch (function) {
            case EXP -> y -> y;
            case EXPM1 -> y -> y + 1;
            case SQRT -> y -> 0.5 / y;
            case RSQRT -> y -> -0.5 * y * y * y;
            case RECIPROCAL -> y -> -y * y;
            case TANH -> y -> (1 - y) * (1 + y);
            case SIGMOID -> y -> y * (1 - y);
            default ->
                throw new IllegalArgumentException("Cannot compute the derivative of " + function
                        + " from its result, expected another function; give it the input");
        };
    }

    /** 1 − tanh²x = 4e⁻²ˣ / (1 + e⁻²ˣ)². */
    private static double tanh(double x) {
        return 4 * sigmoid(2 * x);
    }

    /** σ(x)(1 − σ(x)) = e⁻ˣ / (1 + e⁻ˣ)². */
    private static double sigmoid(double x) {
        double power = Math.exp(-Math.abs(x));
        return power / ((1 + power) * (1 + power));
    }

    private static double geluTanh(double x) {
        double angle = Functions.geluAngle(x);
        double slope = SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
        return Functions.sigmoid(2 * angle) + 0.5 * x * tanh(angle) * slope;
    }
}
