// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Variances and standard deviations, computed in two passes: the mean first. */
public final class Moments {
    /** Σ(x − mean)² / (n − correction); derivative: 2(x − mean) / (n − correction). */
    static final Op<Spread> VARIANCE = Op.<Spread>named("variance", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                call.saveInput(0);
                variance(call);
            })
            .backward(call -> call.give(0, () -> gradient(call, call.gradient())));

    /** √variance; the derivative is 0 where it is 0. */
    static final Op<Spread> STANDARD_DEVIATION = Op.<Spread>named("standardDeviation", AutocastCategory.KEEP)
            .dtypes(Op.WIDE)
            .forward(call -> {
                call.saveInput(0);
                Tensor out = variance(call);
                call.backend().unary(Unary.SQRT, 0, 0, out, out);
                call.saveOutput(0);
            })
            .backward(call -> call.give(0, () -> {
                Tensor out = call.output(0);
                Tensor ofVariance = Arithmetic.divide(call.gradient(), Arithmetic.multiply(out, 2));
                return gradient(call, Selection.maskedFill(ofVariance, Comparisons.equal(out, 0), 0));
            }));

    static final List<Op<?>> ALL = List.of(VARIANCE, STANDARD_DEVIATION);

    /**
     * @param over dimensions
     * @param correction what the number of elements is reduced by in the divisor
     */
    record Spread(Reductions.Over over, double correction) {
        double divisor(Shape shape) {
            return Math.max(0, over.count(shape) - correction);
        }
    }

    private Moments() {}

    /** Unbiased variance of all elements, or over the given dimensions, which the result lacks. */
    public static Tensor variance(Tensor x, int... dimensions) {
        return variance(x, 1, false, dimensions);
    }

    /**
     * Σ(x − mean)² / (n − correction) over the given dimensions, or all, which stay with size 1 if {@code keep}.
     *
     * @param correction 1 for the unbiased variance, 0 for the population's
     */
    public static Tensor variance(Tensor x, double correction, boolean keep, int... dimensions) {
        return Dispatcher.call(VARIANCE, spread("variance", x, correction, keep, dimensions), x);
    }

    /** Square root of the unbiased variance of all elements, or over the given dimensions, which the result lacks. */
    public static Tensor standardDeviation(Tensor x, int... dimensions) {
        return standardDeviation(x, 1, false, dimensions);
    }

    /** Square root of the {@link #variance(Tensor, double, boolean, int...)}; the derivative at 0 is 0. */
    public static Tensor standardDeviation(Tensor x, double correction, boolean keep, int... dimensions) {
        return Dispatcher.call(STANDARD_DEVIATION, spread("standardDeviation", x, correction, keep, dimensions), x);
    }

    private static Spread spread(String op, Tensor x, double correction, boolean keep, int... dimensions) {
        Reductions.checkFloating(op, x.dtype());
        return new Spread(Reductions.Over.of(op, x, keep, dimensions), correction);
    }

    private static Tensor variance(ForwardCall<Spread> call) {
        Reductions.Over over = call.attributes().over();
        Tensor x = call.input(0);
        Tensor out = call.out(over.result(x.shape()));
        try (Tensor mean = Tensor.empty(x.dtype(), over.keeping().result(x.shape()));
                Tensor centred = Tensor.empty(x.dtype(), x.shape())) {
            call.backend().reduce(Reduction.SUM, x, mean);
            call.backend().scale(mean, 1.0 / over.count(x.shape()), -0.0, mean);
            call.backend().binary(Binary.SUBTRACT, x, Broadcast.expand("variance", mean, x.shape()), centred);
            call.backend().unary(Unary.SQUARE, 0, 0, centred, centred);
            over.reduce(call, Reduction.SUM, centred, out);
        }
        call.backend().scale(out, 1 / call.attributes().divisor(x.shape()), -0.0, out);
        return out;
    }

    private static Tensor gradient(BackwardCall<Spread> call, Tensor ofVariance) {
        Reductions.Over over = call.attributes().over();
        Tensor x = call.input(0);
        Tensor mean = Dispatcher.call(Reductions.MEAN, over.keeping(), x);
        Tensor factor = Arithmetic.multiply(ofVariance, 2 / call.attributes().divisor(x.shape()));
        return Arithmetic.multiply(Arithmetic.subtract(x, mean), over.kept(factor, x.shape()));
    }
}
