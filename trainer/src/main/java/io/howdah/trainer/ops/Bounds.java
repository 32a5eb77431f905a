// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The larger or smaller of two, and elements held between bounds; broadcast. NaN in either gives NaN. */
public final class Bounds {
    /** The larger; where both are equal each gets half of the gradient. */
    static final Op<NoAttributes> MAXIMUM = extreme("maximum", Binary.MAXIMUM, Comparisons::less);

    /** The smaller; where both are equal each gets half of the gradient. */
    static final Op<NoAttributes> MINIMUM = extreme("minimum", Binary.MINIMUM, Comparisons::greater);

    /** min(max(x, low), high); the derivative is 1 at both bounds. */
    static final Op<Range> CLAMP = Op.<Range>named("clamp", AutocastCategory.KEEP)
            .inPlace()
            .forward(call -> {
                Range range = call.attributes();
                call.saveInput(0);
                call.backend().unary(Unary.CLAMP, range.low(), range.high(), call.input(0), call.outAlike());
            })
            .backward(call -> call.give(0, () -> clampGradient(call)));

    /** max(x, bound); the derivative for x is 1 at the bound. */
    static final Op<NoAttributes> CLAMP_BELOW = bounded("clampBelow", Binary.MAXIMUM, Comparisons::greaterEqual);

    /** min(x, bound); the derivative for x is 1 at the bound. */
    static final Op<NoAttributes> CLAMP_ABOVE = bounded("clampAbove", Binary.MINIMUM, Comparisons::lessEqual);

    static final List<Op<?>> ALL = List.of(MAXIMUM, MINIMUM, CLAMP, CLAMP_BELOW, CLAMP_ABOVE);

    /** Bounds of {@link #CLAMP}; infinite where there is none. */
    record Range(double low, double high) {}

    private interface Relation {
        Tensor of(Tensor a, Tensor b);
    }

    private Bounds() {}

    /** The larger of a and b. */
    public static Tensor maximum(Tensor a, Tensor b) {
        return Dispatcher.call(MAXIMUM, NoAttributes.NONE, a, b);
    }

    /** The smaller of a and b. */
    public static Tensor minimum(Tensor a, Tensor b) {
        return Dispatcher.call(MINIMUM, NoAttributes.NONE, a, b);
    }

    /** a = the larger of a and b; returns a. */
    public static Tensor maximumInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(MAXIMUM, NoAttributes.NONE, a, b);
    }

    /** a = the smaller of a and b; returns a. */
    public static Tensor minimumInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(MINIMUM, NoAttributes.NONE, a, b);
    }

    /**
     * min(max(x, low), high); integers stay so where the bounds are whole numbers, else they give float32.
     *
     * @param low −∞ for none
     * @param high ∞ for none
     */
    public static Tensor clamp(Tensor x, double low, double high) {
        if (x.dtype().isFloating()) {
            return Dispatcher.call(CLAMP, new Range(low, high), x);
        }
        return Composite.of(() -> clamp(x, bound(x, low), bound(x, high)));
    }

    /** x = min(max(x, low), high) of a floating-point x; returns x. */
    public static Tensor clampInPlace(Tensor x, double low, double high) {
        return x.dtype().isFloating()
                ? Dispatcher.write(CLAMP, new Range(low, high), x)
                : Composite.of(() -> clampInPlace(x, bound(x, low), bound(x, high)));
    }

    /**
     * min(max(x, low), high).
     *
     * @param low broadcasts to x, or null for none
     * @param high broadcasts to x, or null for none
     */
    public static Tensor clamp(Tensor x, @Nullable Tensor low, @Nullable Tensor high) {
        if (low == null) {
            return high == null ? Copies.clone(x) : Dispatcher.call(CLAMP_ABOVE, NoAttributes.NONE, x, high);
        }
        return high == null
                ? Dispatcher.call(CLAMP_BELOW, NoAttributes.NONE, x, low)
                : Composite.of(() -> clamp(clamp(x, low, null), null, high));
    }

    /** x = min(max(x, low), high), with bounds as in {@link #clamp(Tensor, Tensor, Tensor)}; returns x. */
    public static Tensor clampInPlace(Tensor x, @Nullable Tensor low, @Nullable Tensor high) {
        if (low != null) {
            Dispatcher.write(CLAMP_BELOW, NoAttributes.NONE, x, low);
        }
        if (high != null) {
            Dispatcher.write(CLAMP_ABOVE, NoAttributes.NONE, x, high);
        }
        return x;
    }

    private static @Nullable Tensor bound(Tensor x, double bound) {
        if (Double.isInfinite(bound)) {
            return null;
        }
        return bound == Math.rint(bound) ? Scalars.beside(x, (long) bound) : Scalars.beside(x, bound);
    }

    private static Tensor clampGradient(BackwardCall<Range> call) {
        Range range = call.attributes();
        Tensor x = call.input(0);
        if (!GradMode.isEnabled()) {
            return Slopes.times(Unary.CLAMP, range.low(), range.high(), x, call.gradient());
        }
        Tensor inside = Logic.and(Comparisons.greaterEqual(x, range.low()), Comparisons.lessEqual(x, range.high()));
        return Selection.where(inside, call.gradient(), 0.0);
    }

    /** @param lost whether the first of two is not the one that is taken */
    private static Op<NoAttributes> extreme(String name, Binary function, Relation lost) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .operands(2)
                .inPlace()
                .forward(call -> {
                    call.saveInput(0);
                    call.saveInput(1);
                    Arithmetic.compute(call, name, function);
                })
                .backward(call -> {
                    Tensor a = call.input(0);
                    Tensor b = call.input(1);
                    Tensor half = Arithmetic.multiply(call.gradient(), 0.5);
                    Tensor shared = Selection.where(Comparisons.equal(a, b), half, call.gradient());
                    call.give(0, () -> Selection.where(lost.of(a, b), 0.0, shared));
                    call.give(1, () -> Selection.where(lost.of(b, a), 0.0, shared));
                });
    }

    /** @param inside where x passes */
    private static Op<NoAttributes> bounded(String name, Binary function, Relation inside) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .operands(2)
                .inPlace()
                .forward(call -> {
                    call.saveInput(0);
                    call.saveInput(1);
                    Arithmetic.compute(call, name, function);
                })
                .backward(call -> {
                    Tensor passes = inside.of(call.input(0), call.input(1));
                    call.give(0, () -> Selection.where(passes, call.gradient(), 0.0));
                    call.give(1, () -> Selection.where(passes, 0.0, call.gradient()));
                });
    }
}
