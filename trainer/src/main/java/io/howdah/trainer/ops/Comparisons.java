// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Relations of elements, broadcast; they give bool. All but {@code notEqual} are false where an element is NaN. */
public final class Comparisons {
    static final Op<NoAttributes> EQUAL = relation("equal", Comparison.EQUAL);
    static final Op<NoAttributes> NOT_EQUAL = relation("notEqual", Comparison.NOT_EQUAL);
    static final Op<NoAttributes> LESS = relation("less", Comparison.LESS);
    static final Op<NoAttributes> LESS_EQUAL = relation("lessEqual", Comparison.LESS_EQUAL);
    static final Op<NoAttributes> GREATER = relation("greater", Comparison.GREATER);
    static final Op<NoAttributes> GREATER_EQUAL = relation("greaterEqual", Comparison.GREATER_EQUAL);

    static final List<Op<?>> ALL = List.of(EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL);

    private Comparisons() {}

    /** a = b. */
    public static Tensor equal(Tensor a, Tensor b) {
        return Dispatcher.call(EQUAL, NoAttributes.NONE, a, b);
    }

    /** a = b. */
    public static Tensor equal(Tensor a, double b) {
        return equal(a, Scalars.beside(a, b));
    }

    /** a = b. */
    public static Tensor equal(Tensor a, long b) {
        return equal(a, Scalars.beside(a, b));
    }

    /** a ≠ b. */
    public static Tensor notEqual(Tensor a, Tensor b) {
        return Dispatcher.call(NOT_EQUAL, NoAttributes.NONE, a, b);
    }

    /** a ≠ b. */
    public static Tensor notEqual(Tensor a, double b) {
        return notEqual(a, Scalars.beside(a, b));
    }

    /** a ≠ b. */
    public static Tensor notEqual(Tensor a, long b) {
        return notEqual(a, Scalars.beside(a, b));
    }

    /** a &lt; b. */
    public static Tensor less(Tensor a, Tensor b) {
        return Dispatcher.call(LESS, NoAttributes.NONE, a, b);
    }

    /** a &lt; b. */
    public static Tensor less(Tensor a, double b) {
        return less(a, Scalars.beside(a, b));
    }

    /** a &lt; b. */
    public static Tensor less(Tensor a, long b) {
        return less(a, Scalars.beside(a, b));
    }

    /** a ≤ b. */
    public static Tensor lessEqual(Tensor a, Tensor b) {
        return Dispatcher.call(LESS_EQUAL, NoAttributes.NONE, a, b);
    }

    /** a ≤ b. */
    public static Tensor lessEqual(Tensor a, double b) {
        return lessEqual(a, Scalars.beside(a, b));
    }

    /** a ≤ b. */
    public static Tensor lessEqual(Tensor a, long b) {
        return lessEqual(a, Scalars.beside(a, b));
    }

    /** a &gt; b. */
    public static Tensor greater(Tensor a, Tensor b) {
        return Dispatcher.call(GREATER, NoAttributes.NONE, a, b);
    }

    /** a &gt; b. */
    public static Tensor greater(Tensor a, double b) {
        return greater(a, Scalars.beside(a, b));
    }

    /** a &gt; b. */
    public static Tensor greater(Tensor a, long b) {
        return greater(a, Scalars.beside(a, b));
    }

    /** a ≥ b. */
    public static Tensor greaterEqual(Tensor a, Tensor b) {
        return Dispatcher.call(GREATER_EQUAL, NoAttributes.NONE, a, b);
    }

    /** a ≥ b. */
    public static Tensor greaterEqual(Tensor a, double b) {
        return greaterEqual(a, Scalars.beside(a, b));
    }

    /** a ≥ b. */
    public static Tensor greaterEqual(Tensor a, long b) {
        return greaterEqual(a, Scalars.beside(a, b));
    }

    /** Whether an element is not a number; false for integers. */
    public static Tensor isNan(Tensor x) {
        return notEqual(x, x);
    }

    /** Whether an element is ∞ or −∞; false for integers. */
    public static Tensor isInfinite(Tensor x) {
        if (!x.dtype().isFloating()) {
            return notEqual(x, x);
        }
        return Composite.of(() -> equal(Rounding.abs(x), Double.POSITIVE_INFINITY));
    }

    /** Whether an element is neither infinite nor NaN; true for integers. */
    public static Tensor isFinite(Tensor x) {
        if (!x.dtype().isFloating()) {
            return equal(x, x);
        }
        return Composite.of(() -> less(Rounding.abs(x), Double.POSITIVE_INFINITY));
    }

    private static Op<NoAttributes> relation(String name, Comparison relation) {
        return Op.<NoAttributes>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .operands(2)
                .forward(call -> {
                    Shape shape = Broadcast.shape(call, name, 2);
                    Tensor out = call.out(DType.BOOL, shape);
                    Tensor a = Broadcast.expand(name, call.input(0), shape);
                    Tensor b = Broadcast.expand(name, call.input(1), shape);
                    call.backend().compare(relation, a, b, out);
                })
                .notDifferentiable();
    }
}
