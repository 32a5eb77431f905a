// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Powers of tensors and numbers. */
public final class Powers {
    /** aᵇ; derivatives: b·aᵇ⁻¹, 0 for b = 0, and aᵇ·ln a, 0 for a = 0 ≤ b. */
    static final Op<NoAttributes> POWER = Op.<NoAttributes>named("power", AutocastCategory.KEEP)
            .dtypes(Op.NUMERIC)
            .operands(2)
            .inPlace()
            .forward(call -> {
                if (!call.dtype().isFloating()) {
                    checkNotNegative(call.input(1));
                }
                call.saveInput(0);
                call.saveInput(1);
                Arithmetic.compute(call, "power", Binary.POWER);
                if (call.needs(1)) {
                    call.saveOutput(0);
                }
            })
            .backward(call -> {
                call.give(0, () -> {
                    Tensor b = call.input(1);
                    Tensor slope = Arithmetic.multiply(b, power(call.input(0), Arithmetic.subtract(b, 1)));
                    Tensor gradient = Arithmetic.multiply(call.gradient(), slope);
                    return Selection.where(Comparisons.equal(b, 0), 0, gradient);
                });
                call.give(1, () -> {
                    Tensor a = call.input(0);
                    Tensor flat = Logic.and(Comparisons.equal(a, 0), Comparisons.greaterEqual(call.input(1), 0));
                    Tensor slope = Arithmetic.multiply(call.output(0), Functions.log(a));
                    return Arithmetic.multiply(call.gradient(), Selection.where(flat, 0, slope));
                });
            });

    /** x to the power of a number p; derivative: p·xᵖ⁻¹, 0 for p = 0. */
    static final Op<Double> POWER_OF_NUMBER = Op.<Double>named("powerOfNumber", AutocastCategory.KEEP)
            .inPlace()
            .forward(call -> {
                call.saveInput(0);
                call.backend().unary(Unary.POWER, call.attributes(), 0, call.input(0), call.outAlike());
            })
            .backward(call -> call.give(0, () -> {
                double p = call.attributes();
                if (p == 0) {
                    return Tensor.zeros(call.dtype(0), call.shape(0));
                }
                Tensor slope = Arithmetic.multiply(power(call.input(0), p - 1), p);
                return Arithmetic.multiply(call.gradient(), slope);
            }));

    static final List<Op<?>> ALL = List.of(POWER, POWER_OF_NUMBER);

    private Powers() {}

    /**
     * aᵇ.
     *
     * @throws IllegalArgumentException if both are integers and an exponent is below 0
     */
    public static Tensor power(Tensor a, Tensor b) {
        return Dispatcher.call(POWER, NoAttributes.NONE, a, b);
    }

    /** aᵇ; integers give float32. */
    public static Tensor power(Tensor a, double b) {
        Tensor operand = a.dtype().isFloating() ? a : Casts.to(a, DType.FLOAT32);
        return b == 2 ? Functions.square(operand) : Dispatcher.call(POWER_OF_NUMBER, b, operand);
    }

    /**
     * aᵇ; integers stay so.
     *
     * @throws IllegalArgumentException if a is of integers and b below 0
     */
    public static Tensor power(Tensor a, long b) {
        return a.dtype().isFloating() ? power(a, (double) b) : power(a, Scalars.beside(a, b));
    }

    /** aᵇ. */
    public static Tensor power(double a, Tensor b) {
        return power(Scalars.beside(b, a), b);
    }

    /** aᵇ; integers stay so. */
    public static Tensor power(long a, Tensor b) {
        return power(Scalars.beside(b, a), b);
    }

    /** a = aᵇ; returns a. */
    public static Tensor powerInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(POWER, NoAttributes.NONE, a, b);
    }

    /** a = aᵇ of a floating-point a; returns a. */
    public static Tensor powerInPlace(Tensor a, double b) {
        return b == 2 ? Functions.squareInPlace(a) : Dispatcher.write(POWER_OF_NUMBER, b, a);
    }

    private static void checkNotNegative(Tensor exponents) {
        Elements.forEach(exponents, address -> {
            long exponent = Elements.getLong(exponents.dtype(), address);
            if (exponent < 0) {
                throw new IllegalArgumentException("Cannot compute power: exponent=" + exponent
                        + ", expected none below 0 beside integers; convert one of them with to(dtype)");
            }
        });
    }
}
