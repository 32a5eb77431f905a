// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Vector norms and ln Σ eˣ over dimensions. */
public final class Norms {
    /** (Σ|x|ᵖ)^(1/p); the derivative where it is 0 is 0. */
    static final Op<Power> NORM = Op.<Power>named("norm", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                call.saveInput(0);
                norm(call);
                call.saveOutput(0);
            })
            .backward(call -> {
                Power power = call.attributes();
                // A count has no gradient.
                if (power.p() != 0) {
                    call.give(0, () -> {
                        Tensor x = call.input(0);
                        Tensor norm = power.over().kept(call.output(0), x.shape());
                        Tensor gradient = power.over().kept(call.gradient(), x.shape());
                        return gradient(power, x, norm, gradient);
                    });
                }
            });

    /** ln Σ eˣ; derivative: the softmax, e^(x − output). */
    static final Op<Reductions.Over> LOG_SUM_EXP = Op.<Reductions.Over>named("logSumExp", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                call.saveInput(0);
                logSumExp(call);
                call.saveOutput(0);
            })
            .backward(call -> call.give(0, () -> {
                Tensor x = call.input(0);
                Tensor out = call.attributes().kept(call.output(0), x.shape());
                Tensor softmax = Functions.exp(Arithmetic.subtract(x, out));
                return Arithmetic.multiply(call.attributes().kept(call.gradient(), x.shape()), softmax);
            }));

    static final List<Op<?>> ALL = List.of(NORM, LOG_SUM_EXP);

    /** The exponent p and the dimensions of a norm. */
    record Power(double p, Reductions.Over over) {}

    private Norms() {}

    /** √Σx² of all elements, or over the given dimensions, which the result lacks: Euclid's, or Frobenius' norm. */
    public static Tensor norm(Tensor x, int... dimensions) {
        return norm(x, 2, false, dimensions);
    }

    /**
     * (Σ|x|ᵖ)^(1/p) over the given dimensions, or all, which stay with size 1 if {@code keep}; the derivative where it
     * is 0 is 0.
     *
     * @param p any number: ∞ gives the largest |x|, −∞ the smallest, 0 the number of elements that are not 0
     */
    public static Tensor norm(Tensor x, double p, boolean keep, int... dimensions) {
        Reductions.checkFloating("norm", x.dtype());
        Reductions.Over over = Reductions.Over.of("norm", x, keep, dimensions);
        if (Double.isNaN(p) || (Double.isInfinite(p) || p < 0) && over.count(x.shape()) == 0) {
            throw new IllegalArgumentException("Cannot compute norm: p=" + p + " shape=" + x.shape()
                    + ", expected a number, and elements where it is infinite or below 0; choose another p");
        }
        return Dispatcher.call(NORM, new Power(p, over), x);
    }

    /** ln Σ eˣ of all elements, or over the given dimensions, without overflow; −∞ of no elements. */
    public static Tensor logSumExp(Tensor x, boolean keep, int... dimensions) {
        Tensor operand = x.dtype().isFloating() ? x : Casts.to(x, DType.FLOAT32);
        return Dispatcher.call(LOG_SUM_EXP, Reductions.Over.of("logSumExp", x, keep, dimensions), operand);
    }

    private static void norm(ForwardCall<Power> call) {
        double p = call.attributes().p();
        Reductions.Over over = call.attributes().over();
        Tensor out = call.out(over.result(call.shape()));
        try (Tensor terms = Tensor.empty(call.dtype(), call.shape())) {
            terms(call, p, terms);
            if (Double.isInfinite(p)) {
                over.reduce(call, p > 0 ? Reduction.MAXIMUM : Reduction.MINIMUM, terms, out);
                return;
            }
            over.reduce(call, Reduction.SUM, terms, out);
        }
        if (p == 2) {
            call.backend().unary(Unary.SQRT, 0, 0, out, out);
        } else if (p != 0 && p != 1) {
            call.backend().unary(Unary.POWER, 1 / p, 0, out, out);
        }
    }

    /** What is reduced. */
    private static void terms(ForwardCall<Power> call, double p, Tensor terms) {
        if (p == 2) {
            call.backend().unary(Unary.SQUARE, 0, 0, call.input(0), terms);
        } else if (p == 0) {
            call.backend().unary(Unary.SIGN, 0, 0, call.input(0), terms);
            call.backend().unary(Unary.SQUARE, 0, 0, terms, terms);
        } else {
            call.backend().unary(Unary.ABS, 0, 0, call.input(0), terms);
            if (p != 1 && !Double.isInfinite(p)) {
                call.backend().unary(Unary.POWER, p, 0, terms, terms);
            }
        }
    }

    private static Tensor gradient(Power power, Tensor x, Tensor norm, Tensor gradient) {
        double p = power.p();
        if (p == 1) {
            return Arithmetic.multiply(gradient, Rounding.sign(x));
        }
        Tensor isZero = Comparisons.equal(norm, 0);
        if (p == 2) {
            return Arithmetic.multiply(x, Selection.maskedFill(Arithmetic.divide(gradient, norm), isZero, 0));
        }
        Tensor magnitude = Rounding.abs(x);
        if (Double.isInfinite(p)) {
            Tensor taken = Casts.to(Comparisons.equal(magnitude, norm), x.dtype());
            Tensor count = Dispatcher.call(Reductions.SUM, power.over().keeping(), taken);
            Tensor share = Arithmetic.divide(gradient, count);
            return Arithmetic.multiply(share, Arithmetic.multiply(taken, Rounding.sign(x)));
        }
        if (p < 1) {
            Tensor powers = Selection.maskedFill(Powers.power(magnitude, p - 1), Comparisons.equal(x, 0), 0);
            Tensor slope = Arithmetic.multiply(Rounding.sign(x), powers);
            return Arithmetic.multiply(slope, Arithmetic.multiply(gradient, Powers.power(norm, 1 - p)));
        }
        Tensor slope = p < 2
                ? Arithmetic.multiply(Rounding.sign(x), Powers.power(magnitude, p - 1))
                : Arithmetic.multiply(x, Powers.power(magnitude, p - 2));
        Tensor scale = Arithmetic.divide(gradient, Powers.power(norm, p - 1));
        return Arithmetic.multiply(slope, Selection.maskedFill(scale, isZero, 0));
    }

    private static void logSumExp(ForwardCall<Reductions.Over> call) {
        Reductions.Over over = call.attributes();
        Tensor x = call.input(0);
        Tensor out = call.out(over.result(x.shape()));
        if (x.elements() == 0) {
            call.backend().fill(out, Double.NEGATIVE_INFINITY);
            return;
        }
        try (Tensor largest = Tensor.empty(x.dtype(), over.keeping().result(x.shape()))) {
            call.backend().reduce(Reduction.MAXIMUM, x, largest);
            // ∞ − ∞ would be NaN.
            try (Tensor infinite = Comparisons.isInfinite(largest)) {
                Selection.maskedFillInPlace(largest, infinite, 0);
            }
            try (Tensor powers = Tensor.empty(x.dtype(), x.shape())) {
                Tensor shift = Broadcast.expand("logSumExp", largest, x.shape());
                call.backend().binary(Binary.SUBTRACT, x, shift, powers);
                call.backend().unary(Unary.EXP, 0, 0, powers, powers);
                over.reduce(call, Reduction.SUM, powers, out);
            }
            call.backend().unary(Unary.LOG, 0, 0, out, out);
            call.backend().binary(Binary.ADD, out, largest.reshaped(out.shape()), out);
        }
    }
}
