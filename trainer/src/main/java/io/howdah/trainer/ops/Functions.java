// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * Elementwise functions of one tensor; integers give float32. Each saves its output where the derivative is simplest in
 * it, as PyTorch does.
 */
public final class Functions {
    /** eˣ; derivative: the output. */
    static final Op<NoAttributes> EXP =
            ofOutput("exp", Unary.EXP, call -> Arithmetic.multiply(call.gradient(), call.output(0)));

    /** eˣ − 1; derivative: the output + 1. */
    static final Op<NoAttributes> EXPM1 = ofOutput(
            "expm1", Unary.EXPM1, call -> Arithmetic.multiply(call.gradient(), Arithmetic.add(call.output(0), 1)));

    /** √x; derivative: 1 / (2 · output). */
    static final Op<NoAttributes> SQRT = ofOutput(
            "sqrt", Unary.SQRT, call -> Arithmetic.divide(call.gradient(), Arithmetic.multiply(call.output(0), 2)));

    /** 1/√x; derivative: −½ · output³. */
    static final Op<NoAttributes> RSQRT = ofOutput("rsqrt", Unary.RSQRT, call -> {
        Tensor cube = Powers.power(call.output(0), 3);
        return Arithmetic.multiply(Arithmetic.multiply(call.gradient(), -0.5), cube);
    });

    /** 1/x; derivative: −output². */
    static final Op<NoAttributes> RECIPROCAL = ofOutput("reciprocal", Unary.RECIPROCAL, call -> {
        Tensor square = Arithmetic.multiply(call.output(0), call.output(0));
        return Arithmetic.multiply(Arithmetic.negate(call.gradient()), square);
    });

    /** tanh x; derivative: 1 − output². */
    static final Op<NoAttributes> TANH = ofOutput("tanh", Unary.TANH, call -> {
        Tensor square = Arithmetic.multiply(call.output(0), call.output(0));
        return Arithmetic.multiply(call.gradient(), Arithmetic.affine(square, -1, 1));
    });

    /** 1 / (1 + e⁻ˣ); derivative: output · (1 − output). */
    static final Op<NoAttributes> SIGMOID = ofOutput("sigmoid", Unary.SIGMOID, call -> {
        Tensor out = call.output(0);
        Tensor slope = Arithmetic.multiply(out, Arithmetic.affine(out, -1, 1));
        return Arithmetic.multiply(call.gradient(), slope);
    });

    /** ln x; derivative: 1 / x. */
    static final Op<NoAttributes> LOG =
            ofInput("log", Unary.LOG, call -> Arithmetic.divide(call.gradient(), call.input(0)));

    /** ln(1 + x); derivative: 1 / (1 + x). */
    static final Op<NoAttributes> LOG1P =
            ofInput("log1p", Unary.LOG1P, call -> Arithmetic.divide(call.gradient(), Arithmetic.add(call.input(0), 1)));

    /** sin x; derivative: cos x. */
    static final Op<NoAttributes> SIN =
            ofInput("sin", Unary.SIN, call -> Arithmetic.multiply(call.gradient(), cos(call.input(0))));

    /** cos x; derivative: −sin x. */
    static final Op<NoAttributes> COS = ofInput(
            "cos", Unary.COS, call -> Arithmetic.multiply(call.gradient(), Arithmetic.negate(sin(call.input(0)))));

    /** erf x; derivative: 2/√π · e^(−x²). */
    static final Op<NoAttributes> ERF = ofInput("erf", Unary.ERF, call -> {
        Tensor bell = exp(Arithmetic.negate(square(call.input(0))));
        return Arithmetic.multiply(call.gradient(), Arithmetic.multiply(bell, 2 / Math.sqrt(Math.PI)));
    });

    /** x²; derivative: 2x. */
    static final Op<NoAttributes> SQUARE = ofInput(
            "square",
            Unary.SQUARE,
            call -> Arithmetic.multiply(call.gradient(), Arithmetic.multiply(call.input(0), 2)));

    static final List<Op<?>> ALL =
            List.of(EXP, EXPM1, SQRT, RSQRT, RECIPROCAL, TANH, SIGMOID, LOG, LOG1P, SIN, COS, ERF, SQUARE);

    /** gradient · function′. */
    interface Derivative {
        Tensor times(BackwardCall<NoAttributes> call);
    }

    private Functions() {}

    /** eˣ. */
    public static Tensor exp(Tensor x) {
        return Dispatcher.call(EXP, NoAttributes.NONE, x);
    }

    /** eˣ − 1, exact for small x. */
    public static Tensor expm1(Tensor x) {
        return Dispatcher.call(EXPM1, NoAttributes.NONE, x);
    }

    /** √x. */
    public static Tensor sqrt(Tensor x) {
        return Dispatcher.call(SQRT, NoAttributes.NONE, x);
    }

    /** 1/√x. */
    public static Tensor rsqrt(Tensor x) {
        return Dispatcher.call(RSQRT, NoAttributes.NONE, x);
    }

    /** 1/x. */
    public static Tensor reciprocal(Tensor x) {
        return Dispatcher.call(RECIPROCAL, NoAttributes.NONE, x);
    }

    /** tanh x. */
    public static Tensor tanh(Tensor x) {
        return Dispatcher.call(TANH, NoAttributes.NONE, x);
    }

    /** 1 / (1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return Dispatcher.call(SIGMOID, NoAttributes.NONE, x);
    }

    /** ln x. */
    public static Tensor log(Tensor x) {
        return Dispatcher.call(LOG, NoAttributes.NONE, x);
    }

    /** ln(1 + x), exact for small x. */
    public static Tensor log1p(Tensor x) {
        return Dispatcher.call(LOG1P, NoAttributes.NONE, x);
    }

    /** sin x. */
    public static Tensor sin(Tensor x) {
        return Dispatcher.call(SIN, NoAttributes.NONE, x);
    }

    /** cos x. */
    public static Tensor cos(Tensor x) {
        return Dispatcher.call(COS, NoAttributes.NONE, x);
    }

    /** The error function, 2/√π · ∫₀ˣ e^(−t²) dt. */
    public static Tensor erf(Tensor x) {
        return Dispatcher.call(ERF, NoAttributes.NONE, x);
    }

    /** x²; integers stay so. */
    public static Tensor square(Tensor x) {
        return x.dtype().isFloating() ? Dispatcher.call(SQUARE, NoAttributes.NONE, x) : Arithmetic.multiply(x, x);
    }

    /** x = eˣ; returns x. Like all functions in place it takes floating-point tensors alone. */
    public static Tensor expInPlace(Tensor x) {
        return Dispatcher.write(EXP, NoAttributes.NONE, x);
    }

    /** x = eˣ − 1; returns x. */
    public static Tensor expm1InPlace(Tensor x) {
        return Dispatcher.write(EXPM1, NoAttributes.NONE, x);
    }

    /** x = √x; returns x. */
    public static Tensor sqrtInPlace(Tensor x) {
        return Dispatcher.write(SQRT, NoAttributes.NONE, x);
    }

    /** x = 1/√x; returns x. */
    public static Tensor rsqrtInPlace(Tensor x) {
        return Dispatcher.write(RSQRT, NoAttributes.NONE, x);
    }

    /** x = 1/x; returns x. */
    public static Tensor reciprocalInPlace(Tensor x) {
        return Dispatcher.write(RECIPROCAL, NoAttributes.NONE, x);
    }

    /** x = tanh x; returns x. */
    public static Tensor tanhInPlace(Tensor x) {
        return Dispatcher.write(TANH, NoAttributes.NONE, x);
    }

    /** x = 1 / (1 + e⁻ˣ); returns x. */
    public static Tensor sigmoidInPlace(Tensor x) {
        return Dispatcher.write(SIGMOID, NoAttributes.NONE, x);
    }

    /** x = ln x; returns x. */
    public static Tensor logInPlace(Tensor x) {
        return Dispatcher.write(LOG, NoAttributes.NONE, x);
    }

    /** x = ln(1 + x); returns x. */
    public static Tensor log1pInPlace(Tensor x) {
        return Dispatcher.write(LOG1P, NoAttributes.NONE, x);
    }

    /** x = sin x; returns x. */
    public static Tensor sinInPlace(Tensor x) {
        return Dispatcher.write(SIN, NoAttributes.NONE, x);
    }

    /** x = cos x; returns x. */
    public static Tensor cosInPlace(Tensor x) {
        return Dispatcher.write(COS, NoAttributes.NONE, x);
    }

    /** x = erf x; returns x. */
    public static Tensor erfInPlace(Tensor x) {
        return Dispatcher.write(ERF, NoAttributes.NONE, x);
    }

    /** x = x²; returns x. */
    public static Tensor squareInPlace(Tensor x) {
        return Dispatcher.write(SQUARE, NoAttributes.NONE, x);
    }

    /** An op whose backward needs its output. */
    static Op<NoAttributes> ofOutput(String name, Unary function, Derivative derivative) {
        return floating(name)
                .forward(call -> {
                    call.backend().unary(function, 0, 0, call.input(0), call.outAlike());
                    call.saveOutput(0);
                })
                .backward(call -> call.give(
                        0,
                        () -> Slopes.timesOfResult(
                                function, call.output(0), call.gradient(), () -> derivative.times(call))));
    }

    /** An op whose backward needs its input. */
    static Op<NoAttributes> ofInput(String name, Unary function, Derivative derivative) {
        return floating(name)
                .forward(call -> {
                    call.saveInput(0);
                    call.backend().unary(function, 0, 0, call.input(0), call.outAlike());
                })
                .backward(call -> call.give(
                        0, () -> Slopes.times(function, call.input(0), call.gradient(), () -> derivative.times(call))));
    }

    private static Op.Builder<NoAttributes> floating(String name) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .types(Op.Types.FLOATING)
                .inPlace();
    }
}
