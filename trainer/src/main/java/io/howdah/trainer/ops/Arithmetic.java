// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Set;

/**
 * a + b, a − b, a · b, a / b with broadcasting, −a, and the same with numbers. Dtypes are promoted as in PyTorch: numbers
 * of type {@code long} keep an integer dtype, those of type {@code double} make it float32.
 */
public final class Arithmetic {
    /** Makes x · factor + NOTHING equal to x · factor for −0 too. */
    private static final double NOTHING = -0.0;

    static final Op<NoAttributes> ADD = binary("add", Binary.ADD, Op.Types.PROMOTE, Op.ALL)
            .backward(call -> {
                call.give(0, call::gradient);
                call.give(1, call::gradient);
            });

    static final Op<NoAttributes> SUBTRACT = binary("subtract", Binary.SUBTRACT, Op.Types.PROMOTE, Op.NUMERIC)
            .backward(call -> {
                call.give(0, call::gradient);
                call.give(1, () -> negate(call.gradient()));
            });

    /** Saves each factor only where the other one needs a gradient. */
    static final Op<NoAttributes> MULTIPLY = Op.<NoAttributes>named("multiply", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .operands(2)
            .inPlace()
            .forward(call -> {
                if (call.needs(0)) {
                    call.saveInput(1);
                }
                if (call.needs(1)) {
                    call.saveInput(0);
                }
                compute(call, "multiply", Binary.MULTIPLY);
            })
            .backward(call -> {
                call.give(0, () -> multiply(call.gradient(), call.input(1)));
                call.give(1, () -> multiply(call.gradient(), call.input(0)));
            });

    static final Op<NoAttributes> DIVIDE = Op.<NoAttributes>named("divide", AutocastCategory.KEEP)
            .types(Op.Types.FLOATING)
            .operands(2)
            .inPlace()
            .forward(call -> {
                if (call.needs(1)) {
                    call.saveInput(0);
                }
                call.saveInput(1);
                compute(call, "divide", Binary.DIVIDE);
            })
            .backward(call -> {
                call.give(0, () -> divide(call.gradient(), call.input(1)));
                call.give(1, () -> {
                    Tensor b = call.input(1);
                    return negate(divide(multiply(call.gradient(), divide(call.input(0), b)), b));
                });
            });

    /** x · factor + term. */
    static final Op<Affine> AFFINE = Op.<Affine>named("affine", AutocastCategory.KEEP)
            .inPlace()
            .forward(call -> call.backend()
                    .scale(
                            call.input(0),
                            call.attributes().factor(),
                            call.attributes().term(),
                            call.outAlike()))
            .backward(call -> call.give(
                    0,
                    () -> call.attributes().factor() == 1
                            ? call.gradient()
                            : multiply(call.gradient(), call.attributes().factor())));

    static final Op<NoAttributes> NEGATE = Op.<NoAttributes>named("negate", AutocastCategory.KEEP)
            .dtypes(Op.NUMERIC)
            .inPlace()
            .forward(call -> call.backend().unary(Unary.NEGATE, 0, 0, call.input(0), call.outAlike()))
            .backward(call -> call.give(0, () -> negate(call.gradient())));

    static final List<Op<?>> ALL = List.of(ADD, SUBTRACT, MULTIPLY, DIVIDE, AFFINE, NEGATE);

    /** Numbers of {@link #AFFINE}. */
    record Affine(double factor, double term) {}

    private Arithmetic() {}

    /** a + b. */
    public static Tensor add(Tensor a, Tensor b) {
        return Dispatcher.call(ADD, NoAttributes.NONE, a, b);
    }

    /**
     * a + α·b.
     *
     * @throws IllegalArgumentException if both are integers and α is not
     */
    public static Tensor add(Tensor a, Tensor b, double alpha) {
        return alpha == 1 ? add(a, b) : Composite.of(() -> add(a, scaled("add", a, b, alpha)));
    }

    /** a + b. */
    public static Tensor add(Tensor a, double b) {
        return affine(a, 1, b);
    }

    /** a + b. */
    public static Tensor add(Tensor a, long b) {
        return a.dtype().isFloating() ? affine(a, 1, b) : add(a, Scalars.beside(a, b));
    }

    /** a − b. */
    public static Tensor subtract(Tensor a, Tensor b) {
        return Dispatcher.call(SUBTRACT, NoAttributes.NONE, a, b);
    }

    /**
     * a − α·b.
     *
     * @throws IllegalArgumentException if both are integers and α is not
     */
    public static Tensor subtract(Tensor a, Tensor b, double alpha) {
        return alpha == 1 ? subtract(a, b) : Composite.of(() -> subtract(a, scaled("subtract", a, b, alpha)));
    }

    /** a − b. */
    public static Tensor subtract(Tensor a, double b) {
        return affine(a, 1, -b);
    }

    /** a − b. */
    public static Tensor subtract(Tensor a, long b) {
        return a.dtype().isFloating() ? affine(a, 1, -(double) b) : subtract(a, Scalars.beside(a, b));
    }

    /** a − b. */
    public static Tensor subtract(double a, Tensor b) {
        return affine(b, -1, a);
    }

    /** a − b. */
    public static Tensor subtract(long a, Tensor b) {
        return b.dtype().isFloating() ? affine(b, -1, a) : subtract(Scalars.beside(b, a), b);
    }

    /** a · b, elementwise. */
    public static Tensor multiply(Tensor a, Tensor b) {
        return Dispatcher.call(MULTIPLY, NoAttributes.NONE, a, b);
    }

    /** a · b. */
    public static Tensor multiply(Tensor a, double b) {
        return affine(a, b, NOTHING);
    }

    /** a · b. */
    public static Tensor multiply(Tensor a, long b) {
        return a.dtype().isFloating() ? affine(a, b, NOTHING) : multiply(a, Scalars.beside(a, b));
    }

    /** a / b, elementwise; integers give float32. */
    public static Tensor divide(Tensor a, Tensor b) {
        return Dispatcher.call(DIVIDE, NoAttributes.NONE, a, b);
    }

    /** a / b; integers give float32. */
    public static Tensor divide(Tensor a, double b) {
        return isPowerOfTwo(b) ? affine(a, 1 / b, NOTHING) : divide(a, Scalars.beside(a, b));
    }

    /** a / b; integers give float32. */
    public static Tensor divide(double a, Tensor b) {
        return divide(Scalars.beside(b, a), b);
    }

    /** x · factor + term; integers give float32. */
    public static Tensor affine(Tensor x, double factor, double term) {
        Tensor operand = x.dtype().isFloating() ? x : Casts.to(x, DType.FLOAT32);
        return Dispatcher.call(AFFINE, new Affine(factor, term), operand);
    }

    /** −a. */
    public static Tensor negate(Tensor a) {
        return Dispatcher.call(NEGATE, NoAttributes.NONE, a);
    }

    /** a += b; returns a. */
    public static Tensor addInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(ADD, NoAttributes.NONE, a, b);
    }

    /** a += α·b; returns a. */
    public static Tensor addInPlace(Tensor a, Tensor b, double alpha) {
        return alpha == 1 ? addInPlace(a, b) : Composite.of(() -> addInPlace(a, scaled("add", a, b, alpha)));
    }

    /** a += b; returns a. */
    public static Tensor addInPlace(Tensor a, double b) {
        return a.dtype().isFloating() ? affineInPlace(a, 1, b) : addInPlace(a, Scalars.beside(a, b));
    }

    /** a += b; returns a. */
    public static Tensor addInPlace(Tensor a, long b) {
        return a.dtype().isFloating() ? affineInPlace(a, 1, b) : addInPlace(a, Scalars.beside(a, b));
    }

    /** a −= b; returns a. */
    public static Tensor subtractInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(SUBTRACT, NoAttributes.NONE, a, b);
    }

    /** a −= α·b; returns a. */
    public static Tensor subtractInPlace(Tensor a, Tensor b, double alpha) {
        return alpha == 1
                ? subtractInPlace(a, b)
                : Composite.of(() -> subtractInPlace(a, scaled("subtract", a, b, alpha)));
    }

    /** a −= b; returns a. */
    public static Tensor subtractInPlace(Tensor a, double b) {
        return addInPlace(a, -b);
    }

    /** a −= b; returns a. */
    public static Tensor subtractInPlace(Tensor a, long b) {
        return addInPlace(a, -b);
    }

    /** a *= b, elementwise; returns a. */
    public static Tensor multiplyInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(MULTIPLY, NoAttributes.NONE, a, b);
    }

    /** a *= b; returns a. */
    public static Tensor multiplyInPlace(Tensor a, double b) {
        return a.dtype().isFloating() ? affineInPlace(a, b, NOTHING) : multiplyInPlace(a, Scalars.beside(a, b));
    }

    /** a *= b; returns a. */
    public static Tensor multiplyInPlace(Tensor a, long b) {
        return a.dtype().isFloating() ? affineInPlace(a, b, NOTHING) : multiplyInPlace(a, Scalars.beside(a, b));
    }

    /** a /= b, elementwise, of a floating-point a; returns a. */
    public static Tensor divideInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(DIVIDE, NoAttributes.NONE, a, b);
    }

    /** a /= b of a floating-point a; returns a. */
    public static Tensor divideInPlace(Tensor a, double b) {
        return a.dtype().isFloating() && isPowerOfTwo(b)
                ? affineInPlace(a, 1 / b, NOTHING)
                : divideInPlace(a, Scalars.beside(a, b));
    }

    /** a = −a; returns a. */
    public static Tensor negateInPlace(Tensor a) {
        return Dispatcher.write(NEGATE, NoAttributes.NONE, a);
    }

    /** x = x · factor + term, of a floating-point tensor; returns x. */
    public static Tensor affineInPlace(Tensor x, double factor, double term) {
        return Dispatcher.write(AFFINE, new Affine(factor, term), x);
    }

    static Op.Builder<NoAttributes> binary(String name, Binary function, Op.Types types, Set<DType> dtypes) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .types(types)
                .dtypes(dtypes)
                .operands(2)
                .inPlace()
                .forward(call -> compute(call, name, function));
    }

    /** out = function(a, b), both broadcast. */
    static void compute(ForwardCall<?> call, String op, Binary function) {
        Shape shape = Broadcast.shape(call, op, 2);
        Tensor whole = call.input(call.shape().equals(shape) ? 0 : 1);
        Tensor out = whole.shape().equals(shape) ? call.outAlike(call.dtype(), whole) : call.out(shape);
        Tensor a = Broadcast.expand(op, call.input(0), shape);
        Tensor b = Broadcast.expand(op, call.input(1), shape);
        call.backend().binary(call.dtype() == DType.BOOL ? logical(function) : function, a, b, out);
    }

    /** What sums, products and the like of truth values are. */
    private static Binary logical(Binary function) {
        return switch (function) {
            case ADD, MAXIMUM -> Binary.OR;
            case MULTIPLY, MINIMUM -> Binary.AND;
            default -> function;
        };
    }

    private static Tensor scaled(String op, Tensor a, Tensor b, double alpha) {
        if (a.dtype().isFloating() || b.dtype().isFloating()) {
            return multiply(b, alpha);
        }
        if (alpha != Math.rint(alpha)) {
            throw new IllegalArgumentException("Cannot compute " + op + ": alpha=" + alpha + " dtypes=["
                    + a.dtype() + ", " + b.dtype() + "], expected a whole number beside integers; convert one of them"
                    + " with to(dtype)");
        }
        return multiply(b, (long) alpha);
    }

    /** Whether 1 / b is exact in float32, so that multiplying by it is dividing by b. */
    private static boolean isPowerOfTwo(double b) {
        return Math.abs(Math.getExponent(b)) < Float.MAX_EXPONENT
                && (Double.doubleToRawLongBits(b) & 0xFFFFFFFFFFFFFL) == 0;
    }
}
