// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * Quotients rounded to whole numbers, and remainders. Of integers they are integers, and a divisor of 0 throws {@link
 * ArithmeticException}. Rounded quotients have derivative 0.
 */
public final class Division {
    /** ⌊a / b⌋. */
    static final Op<NoAttributes> FLOOR_DIVIDE = quotient("floorDivide", Binary.FLOOR_DIVIDE);

    /** a / b rounded towards 0. */
    static final Op<NoAttributes> TRUNC_DIVIDE = quotient("truncDivide", Binary.TRUNC_DIVIDE);

    /** a − b·⌊a / b⌋; derivatives 1 and −⌊a / b⌋. */
    static final Op<NoAttributes> REMAINDER =
            remainder("remainder", Binary.REMAINDER, call -> floorDivide(call.input(0), call.input(1)));

    /** a − b·(a / b rounded towards 0); derivatives 1 and minus that quotient. */
    static final Op<NoAttributes> TRUNC_REMAINDER =
            remainder("truncRemainder", Binary.TRUNC_REMAINDER, call -> truncDivide(call.input(0), call.input(1)));

    static final List<Op<?>> ALL = List.of(FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, TRUNC_REMAINDER);

    /** What a quotient is rounded to. */
    public enum Rounding {
        NONE,
        /** the whole number at or below it */
        FLOOR,
        /** the next whole number towards 0 */
        TRUNC
    }

    private interface Quotient {
        Tensor of(BackwardCall<NoAttributes> call);
    }

    private Division() {}

    /** a / b, rounded. */
    public static Tensor divide(Tensor a, Tensor b, Rounding rounding) {
        return switch (rounding) {
            case NONE -> Arithmetic.divide(a, b);
            case FLOOR -> floorDivide(a, b);
            case TRUNC -> truncDivide(a, b);
        };
    }

    /** a = a / b, rounded; returns a. */
    public static Tensor divideInPlace(Tensor a, Tensor b, Rounding rounding) {
        return switch (rounding) {
            case NONE -> Arithmetic.divideInPlace(a, b);
            case FLOOR -> Dispatcher.write(FLOOR_DIVIDE, NoAttributes.NONE, a, b);
            case TRUNC -> Dispatcher.write(TRUNC_DIVIDE, NoAttributes.NONE, a, b);
        };
    }

    /** ⌊a / b⌋. */
    public static Tensor floorDivide(Tensor a, Tensor b) {
        return Dispatcher.call(FLOOR_DIVIDE, NoAttributes.NONE, a, b);
    }

    /** ⌊a / b⌋; integers stay so. */
    public static Tensor floorDivide(Tensor a, long b) {
        return floorDivide(a, Scalars.beside(a, b));
    }

    /** ⌊a / b⌋. */
    public static Tensor floorDivide(Tensor a, double b) {
        return floorDivide(a, Scalars.beside(a, b));
    }

    /** a / b rounded towards 0. */
    public static Tensor truncDivide(Tensor a, Tensor b) {
        return Dispatcher.call(TRUNC_DIVIDE, NoAttributes.NONE, a, b);
    }

    /** a / b rounded towards 0; integers stay so. */
    public static Tensor truncDivide(Tensor a, long b) {
        return truncDivide(a, Scalars.beside(a, b));
    }

    /** a / b rounded towards 0. */
    public static Tensor truncDivide(Tensor a, double b) {
        return truncDivide(a, Scalars.beside(a, b));
    }

    /** a − b·⌊a / b⌋, which has the sign of b: Python's {@code %}. */
    public static Tensor remainder(Tensor a, Tensor b) {
        return Dispatcher.call(REMAINDER, NoAttributes.NONE, a, b);
    }

    /** a − b·⌊a / b⌋, which has the sign of b; integers stay so. */
    public static Tensor remainder(Tensor a, long b) {
        return remainder(a, Scalars.beside(a, b));
    }

    /** a − b·⌊a / b⌋, which has the sign of b. */
    public static Tensor remainder(Tensor a, double b) {
        return remainder(a, Scalars.beside(a, b));
    }

    /** a = a − b·⌊a / b⌋; returns a. */
    public static Tensor remainderInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(REMAINDER, NoAttributes.NONE, a, b);
    }

    /** a − b·(a / b rounded towards 0), which has the sign of a: C's {@code fmod}. */
    public static Tensor truncRemainder(Tensor a, Tensor b) {
        return Dispatcher.call(TRUNC_REMAINDER, NoAttributes.NONE, a, b);
    }

    /** a − b·(a / b rounded towards 0), which has the sign of a; integers stay so. */
    public static Tensor truncRemainder(Tensor a, long b) {
        return truncRemainder(a, Scalars.beside(a, b));
    }

    /** a − b·(a / b rounded towards 0), which has the sign of a. */
    public static Tensor truncRemainder(Tensor a, double b) {
        return truncRemainder(a, Scalars.beside(a, b));
    }

    /** a = a − b·(a / b rounded towards 0); returns a. */
    public static Tensor truncRemainderInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(TRUNC_REMAINDER, NoAttributes.NONE, a, b);
    }

    private static Op<NoAttributes> quotient(String name, Binary function) {
        return Arithmetic.binary(name, function, Op.Types.PROMOTE, Op.NUMERIC).backward(call -> {
            call.give(0, () -> Tensor.zeros(call.dtype(0), call.shape(0)));
            call.give(1, () -> Tensor.zeros(call.dtype(1), call.shape(1)));
        });
    }

    private static Op<NoAttributes> remainder(String name, Binary function, Quotient quotient) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .dtypes(Op.NUMERIC)
                .operands(2)
                .inPlace()
                .forward(call -> {
                    if (call.needs(1)) {
                        call.saveInput(0);
                        call.saveInput(1);
                    }
                    Arithmetic.compute(call, name, function);
                })
                .backward(call -> {
                    call.give(0, call::gradient);
                    call.give(1, () -> Arithmetic.negate(Arithmetic.multiply(call.gradient(), quotient.of(call))));
                });
    }
}
