// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import java.util.Collections;
import java.util.List;

/** Elementwise functions of one tensor. Each saves its output where the derivative is simplest in it, as PyTorch does. */
public final class Functions {
    /** eˣ; derivative: the output. */
    static final Op<NoAttributes> EXP = ofOutput(
            "exp",
            Unary.EXP,
            AutocastCategory.KEEP,
            (call, gradient) -> call.binary(Binary.MULTIPLY, gradient, call.saved(0)));

    /** √x; derivative: 1 / (2 · output). */
    static final Op<NoAttributes> SQRT = ofOutput("sqrt", Unary.SQRT, AutocastCategory.KEEP, (call, gradient) -> {
        Tensor result = call.binary(Binary.DIVIDE, gradient, call.saved(0));
        call.backend().scale(result, 0.5, 0, result);
        return result;
    });

    /** tanh x; derivative: 1 − output². */
    static final Op<NoAttributes> TANH = ofOutput("tanh", Unary.TANH, AutocastCategory.KEEP, (call, gradient) -> {
        Tensor out = call.saved(0);
        Tensor result = call.binary(Binary.MULTIPLY, out, out);
        call.backend().scale(result, -1, 1, result);
        call.backend().binary(Binary.MULTIPLY, result, gradient, result);
        return result;
    });

    /** 1 / (1 + e⁻ˣ); derivative: output · (1 − output). */
    static final Op<NoAttributes> SIGMOID =
            ofOutput("sigmoid", Unary.SIGMOID, AutocastCategory.KEEP, (call, gradient) -> {
                Tensor out = call.saved(0);
                Tensor result = Tensor.empty(out.dtype(), out.shape());
                call.backend().scale(out, -1, 1, result);
                call.backend().binary(Binary.MULTIPLY, result, out, result);
                call.backend().binary(Binary.MULTIPLY, result, gradient, result);
                return result;
            });

    /** max(x, 0); derivative: 1 where the output is positive, else 0. */
    static final Op<NoAttributes> RELU = ofOutput(
            "relu", Unary.RELU, AutocastCategory.KEEP, (call, gradient) -> unaryGrad(call, Unary.RELU, gradient));

    /** ln x. */
    static final Op<NoAttributes> LOG = ofInput("log", Unary.LOG, AutocastCategory.KEEP);

    /** ½x(1 + erf(x/√2)). */
    static final Op<NoAttributes> GELU = ofInput("gelu", Unary.GELU, AutocastCategory.KEEP);

    static final List<Op<?>> ALL = List.of(EXP, SQRT, TANH, SIGMOID, RELU, LOG, GELU);

    /** gradient · function′, a fresh tensor. */
    private interface Derivative {
        Tensor times(BackwardCall<NoAttributes> call, Tensor gradient);
    }

    private Functions() {}

    /** eˣ. */
    public static Tensor exp(Tensor x) {
        return Dispatcher.call(EXP, NoAttributes.NONE, x);
    }

    /** √x. */
    public static Tensor sqrt(Tensor x) {
        return Dispatcher.call(SQRT, NoAttributes.NONE, x);
    }

    /** tanh x. */
    public static Tensor tanh(Tensor x) {
        return Dispatcher.call(TANH, NoAttributes.NONE, x);
    }

    /** 1 / (1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return Dispatcher.call(SIGMOID, NoAttributes.NONE, x);
    }

    /** max(x, 0); the derivative at 0 is 0. */
    public static Tensor relu(Tensor x) {
        return Dispatcher.call(RELU, NoAttributes.NONE, x);
    }

    /** ln x. */
    public static Tensor log(Tensor x) {
        return Dispatcher.call(LOG, NoAttributes.NONE, x);
    }

    /** ½x(1 + erf(x/√2)), the exact form (Hendrycks and Gimpel 2016). */
    public static Tensor gelu(Tensor x) {
        return Dispatcher.call(GELU, NoAttributes.NONE, x);
    }

    private static Op<NoAttributes> ofOutput(
            String name, Unary function, AutocastCategory autocast, Derivative derivative) {
        return Op.<NoAttributes>named(name, autocast)
                .forward((inputs, none) -> inputs.get(0).shape(), call -> {
                    call.backend().unary(function, call.input(0), call.out());
                    call.saveOut(name);
                })
                .backward((call, gradient) ->
                        Collections.singletonList(Gradient.of(derivative.times(call, gradient.tensor()))));
    }

    private static Op<NoAttributes> ofInput(String name, Unary function, AutocastCategory autocast) {
        return Op.<NoAttributes>named(name, autocast)
                .forward((inputs, none) -> inputs.get(0).shape(), call -> {
                    call.backend().unary(function, call.input(0), call.out());
                    call.saveInput(0);
                })
                .backward((call, gradient) ->
                        Collections.singletonList(Gradient.of(unaryGrad(call, function, gradient.tensor()))));
    }

    private static Tensor unaryGrad(BackwardCall<NoAttributes> call, Unary function, Tensor gradient) {
        Tensor result = Tensor.empty(gradient.dtype(), gradient.shape());
        call.backend().unaryGrad(function, call.saved(0), gradient, result);
        return result;
    }
}
