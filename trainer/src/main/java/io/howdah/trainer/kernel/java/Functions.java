// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The scalar functions behind {@link Unary} and {@link Binary}, and the derivatives of the former. */
final class Functions {
    private static final double INVERSE_SQRT_2 = Math.sqrt(0.5);
    private static final double INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

    private Functions() {}

    static DoubleUnaryOperator of(Unary function) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case TANH -> Math::tanh;
            case SIGMOID -> Functions::sigmoid;
            case RELU -> x -> x > 0 || Double.isNaN(x) ? x : 0;
            case GELU -> x -> x * normalCumulative(x);
        };
    }

    static DoubleUnaryOperator derivativeOf(Unary function) {
        return switch (function) {
            case NEGATE -> x -> -1;
            case EXP -> Math::exp;
            case LOG -> x -> 1 / x;
            case SQRT -> x -> 0.5 / Math.sqrt(x);
            case TANH -> x -> 1 - Math.tanh(x) * Math.tanh(x);
            case SIGMOID -> x -> sigmoid(x) * (1 - sigmoid(x));
            case RELU -> x -> x > 0 ? 1 : 0;
            case GELU -> x -> normalCumulative(x) + x * INVERSE_SQRT_2PI * Math.exp(-0.5 * x * x);
        };
    }

    static DoubleBinaryOperator of(Binary function) {
        return switch (function) {
            case ADD -> Double::sum;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Φ(x) = ½ erfc(−x/√2), without cancellation for large negative x. */
    private static double normalCumulative(double x) {
        return 0.5 * ErrorFunction.erfc(-x * INVERSE_SQRT_2);
    }
}
