// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Signs and whole parts. Integers stay so. */
public final class Rounding {
    /** |x|; derivative: the sign, 0 at 0. */
    static final Op<NoAttributes> ABS = Op.<NoAttributes>named("abs", AutocastCategory.KEEP)
            .dtypes(Op.NUMERIC)
            .inPlace()
            .forward(call -> {
                call.saveInput(0);
                call.backend().unary(Unary.ABS, 0, 0, call.input(0), call.outAlike());
            })
            .backward(call -> call.give(
                    0,
                    () -> Slopes.times(
                            Unary.ABS,
                            call.input(0),
                            call.gradient(),
                            () -> Arithmetic.multiply(call.gradient(), sign(call.input(0))))));

    /** −1, 0 or 1. */
    static final Op<NoAttributes> SIGN = step("sign", Unary.SIGN);

    static final Op<NoAttributes> FLOOR = step("floor", Unary.FLOOR);
    static final Op<NoAttributes> CEIL = step("ceil", Unary.CEIL);
    static final Op<NoAttributes> ROUND = step("round", Unary.ROUND);
    static final Op<NoAttributes> TRUNC = step("trunc", Unary.TRUNC);

    /** |a| with the sign of b; the derivative for a is whether the signs were equal, 0 at 0. */
    static final Op<NoAttributes> COPY_SIGN = Op.<NoAttributes>named("copySign", AutocastCategory.KEEP)
            .types(Op.Types.FLOATING)
            .operands(2)
            .inPlace()
            .forward(call -> {
                call.saveInput(0);
                call.saveInput(1);
                Arithmetic.compute(call, "copySign", Binary.COPY_SIGN);
            })
            .backward(call -> {
                call.give(0, () -> copySignGradient(call.gradient(), call.input(0), call.input(1)));
                call.give(1, () -> Tensor.zeros(call.dtype(1), call.shape(1)));
            });

    static final List<Op<?>> ALL = List.of(ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, COPY_SIGN);

    private Rounding() {}

    /** |x|; the derivative at 0 is 0. */
    public static Tensor abs(Tensor x) {
        return Dispatcher.call(ABS, NoAttributes.NONE, x);
    }

    /** x = |x|; returns x. */
    public static Tensor absInPlace(Tensor x) {
        return Dispatcher.write(ABS, NoAttributes.NONE, x);
    }

    /** −1, 0 or 1. */
    public static Tensor sign(Tensor x) {
        return Dispatcher.call(SIGN, NoAttributes.NONE, x);
    }

    /** x = its sign; returns x. */
    public static Tensor signInPlace(Tensor x) {
        return Dispatcher.write(SIGN, NoAttributes.NONE, x);
    }

    /** Largest whole number ≤ x. */
    public static Tensor floor(Tensor x) {
        return whole(FLOOR, x);
    }

    /** x = ⌊x⌋; returns x. */
    public static Tensor floorInPlace(Tensor x) {
        return wholeInPlace(FLOOR, x);
    }

    /** Smallest whole number ≥ x. */
    public static Tensor ceil(Tensor x) {
        return whole(CEIL, x);
    }

    /** x = ⌈x⌉; returns x. */
    public static Tensor ceilInPlace(Tensor x) {
        return wholeInPlace(CEIL, x);
    }

    /** Nearest whole number, ties to even. */
    public static Tensor round(Tensor x) {
        return whole(ROUND, x);
    }

    /** x = the nearest whole number, ties to even; returns x. */
    public static Tensor roundInPlace(Tensor x) {
        return wholeInPlace(ROUND, x);
    }

    /** Nearest multiple of 10^−decimals of a floating-point tensor; decimals may be negative. */
    public static Tensor round(Tensor x, int decimals) {
        if (decimals == 0) {
            return round(x);
        }
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot compute round: dtype=" + x.dtype() + " decimals=" + decimals
                    + ", expected a floating-point dtype; convert it with to(dtype)");
        }
        double scale = Math.pow(10, Math.abs(decimals));
        return Composite.of(() -> decimals > 0
                ? Arithmetic.divide(round(Arithmetic.multiply(x, scale)), scale)
                : Arithmetic.multiply(round(Arithmetic.divide(x, scale)), scale));
    }

    /** x without its fraction. */
    public static Tensor trunc(Tensor x) {
        return whole(TRUNC, x);
    }

    /** x = x without its fraction; returns x. */
    public static Tensor truncInPlace(Tensor x) {
        return wholeInPlace(TRUNC, x);
    }

    /** |a| with the sign of b, −0 included; integers give float32. */
    public static Tensor copySign(Tensor a, Tensor b) {
        return Dispatcher.call(COPY_SIGN, NoAttributes.NONE, a, b);
    }

    /** |a| with the sign of b. */
    public static Tensor copySign(Tensor a, double b) {
        return copySign(a, Scalars.beside(a, b));
    }

    /** a = |a| with the sign of b; returns a. */
    public static Tensor copySignInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(COPY_SIGN, NoAttributes.NONE, a, b);
    }

    private static Tensor whole(Op<NoAttributes> op, Tensor x) {
        return x.dtype().isFloating() ? Dispatcher.call(op, NoAttributes.NONE, x) : Copies.clone(x);
    }

    private static Tensor wholeInPlace(Op<NoAttributes> op, Tensor x) {
        return x.dtype().isFloating() ? Dispatcher.write(op, NoAttributes.NONE, x) : x;
    }

    /** A function whose derivative is 0 wherever it has one. */
    private static Op<NoAttributes> step(String name, Unary function) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .dtypes(Op.NUMERIC)
                .inPlace()
                .forward(call -> call.backend().unary(function, 0, 0, call.input(0), call.outAlike()))
                .backward(call -> call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0))));
    }

    private static Tensor copySignGradient(Tensor gradient, Tensor a, Tensor b) {
        // sign(a) · copysign(1, b), which is 0 where a is.
        Tensor signs = Arithmetic.multiply(sign(a), copySign(Tensor.scalar(a.dtype(), 1), b));
        return Arithmetic.multiply(gradient, signs);
    }
}
