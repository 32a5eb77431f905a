// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Gradient;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** a + b, a − b, a · b, a / b with broadcasting, and −a. */
public final class Arithmetic {
    static final Op<NoAttributes> ADD =
            binary("add", Binary.ADD).backward((call, gradient) -> Arrays.asList(gradient, gradient));

    static final Op<NoAttributes> SUBTRACT = binary("subtract", Binary.SUBTRACT)
            .backward((call, gradient) ->
                    Arrays.asList(gradient, call.needs(1) ? negated(call, gradient.tensor()) : null));

    static final Op<NoAttributes> MULTIPLY = Op.<NoAttributes>named("multiply", AutocastCategory.PROMOTE)
            .operands(2)
            .forward(Arithmetic::shape, call -> {
                compute(call, Binary.MULTIPLY);
                saveFactors(call);
            })
            .backward((call, gradient) -> Arrays.asList(
                    call.needs(0) ? Gradient.of(call.binary(Binary.MULTIPLY, gradient.tensor(), call.saved(0))) : null,
                    call.needs(1)
                            ? Gradient.of(
                                    call.binary(Binary.MULTIPLY, gradient.tensor(), call.saved(call.needs(0) ? 1 : 0)))
                            : null));

    static final Op<NoAttributes> DIVIDE = Op.<NoAttributes>named("divide", AutocastCategory.PROMOTE)
            .operands(2)
            .forward(Arithmetic::shape, call -> {
                compute(call, Binary.DIVIDE);
                call.saveInput(1);
                if (call.needs(1)) {
                    call.saveInput(0);
                }
            })
            .backward((call, gradient) -> Arrays.asList(
                    call.needs(0) ? Gradient.of(call.binary(Binary.DIVIDE, gradient.tensor(), call.saved(0))) : null,
                    call.needs(1) ? divisorGradient(call, gradient.tensor()) : null));

    static final Op<NoAttributes> NEGATE = Op.<NoAttributes>named("negate", AutocastCategory.KEEP)
            .forward(
                    (inputs, none) -> inputs.get(0).shape(),
                    call -> call.backend().unary(Unary.NEGATE, call.input(0), call.out()))
            .backward((call, gradient) -> Collections.singletonList(negated(call, gradient.tensor())));

    static final List<Op<?>> ALL = List.of(ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATE);

    private Arithmetic() {}

    /** a + b. */
    public static Tensor add(Tensor a, Tensor b) {
        return Dispatcher.call(ADD, NoAttributes.NONE, a, b);
    }

    /** a − b. */
    public static Tensor subtract(Tensor a, Tensor b) {
        return Dispatcher.call(SUBTRACT, NoAttributes.NONE, a, b);
    }

    /** a · b, elementwise. */
    public static Tensor multiply(Tensor a, Tensor b) {
        return Dispatcher.call(MULTIPLY, NoAttributes.NONE, a, b);
    }

    /** a / b, elementwise. */
    public static Tensor divide(Tensor a, Tensor b) {
        return Dispatcher.call(DIVIDE, NoAttributes.NONE, a, b);
    }

    /** −a. */
    public static Tensor negate(Tensor a) {
        return Dispatcher.call(NEGATE, NoAttributes.NONE, a);
    }

    /** a += b; returns a. */
    public static Tensor addInPlace(Tensor a, Tensor b) {
        return Dispatcher.callInPlace(ADD, NoAttributes.NONE, a, b);
    }

    /** a −= b; returns a. */
    public static Tensor subtractInPlace(Tensor a, Tensor b) {
        return Dispatcher.callInPlace(SUBTRACT, NoAttributes.NONE, a, b);
    }

    /** a *= b, elementwise; returns a. */
    public static Tensor multiplyInPlace(Tensor a, Tensor b) {
        return Dispatcher.callInPlace(MULTIPLY, NoAttributes.NONE, a, b);
    }

    /** a /= b, elementwise; returns a. */
    public static Tensor divideInPlace(Tensor a, Tensor b) {
        return Dispatcher.callInPlace(DIVIDE, NoAttributes.NONE, a, b);
    }

    private static Op.Builder<NoAttributes> binary(String name, Binary function) {
        return Op.<NoAttributes>named(name, AutocastCategory.PROMOTE)
                .operands(2)
                .forward(Arithmetic::shape, call -> compute(call, function));
    }

    private static Shape shape(List<Tensor> inputs, NoAttributes none) {
        return Broadcast.shape(
                "elementwise op", inputs.get(0).shape(), inputs.get(1).shape());
    }

    private static void compute(ForwardCall<NoAttributes> call, Binary function) {
        Tensor a = Broadcast.expand(call.input(0), call.out().shape());
        Tensor b = Broadcast.expand(call.input(1), call.out().shape());
        call.backend().binary(function, a, b, call.out());
    }

    /** Saves each factor only where the other one needs a gradient: b first, then a. */
    private static void saveFactors(ForwardCall<NoAttributes> call) {
        if (call.needs(0)) {
            call.saveInput(1);
        }
        if (call.needs(1)) {
            call.saveInput(0);
        }
    }

    private static Gradient negated(BackwardCall<NoAttributes> call, Tensor gradient) {
        Tensor result = Tensor.empty(gradient.dtype(), gradient.shape());
        call.backend().unary(Unary.NEGATE, gradient, result);
        return Gradient.of(result);
    }

    /** −g · (a / b) / b. */
    private static Gradient divisorGradient(BackwardCall<NoAttributes> call, Tensor gradient) {
        Tensor divisor = Broadcast.expand(call.saved(0), gradient.shape());
        Tensor result = call.binary(Binary.MULTIPLY, gradient, call.saved(1));
        call.backend().binary(Binary.DIVIDE, result, divisor, result);
        call.backend().binary(Binary.DIVIDE, result, divisor, result);
        call.backend().unary(Unary.NEGATE, result, result);
        return Gradient.of(result);
    }
}
