// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/**
 * Truth values and bits. The logical functions take any dtype, where every number but 0 is true, NaN too, and give bool;
 * the bitwise ones take integers and bool.
 */
public final class Logic {
    static final Op<NoAttributes> BITWISE_AND = bitwise("bitwiseAnd", Binary.AND);
    static final Op<NoAttributes> BITWISE_OR = bitwise("bitwiseOr", Binary.OR);
    static final Op<NoAttributes> BITWISE_XOR = bitwise("bitwiseXor", Binary.XOR);

    /** Whether all elements of a slice are true. */
    static final Op<Reductions.Over> TRUE_OF_ALL = truth("all", Reduction.MINIMUM, 1);

    /** Whether an element of a slice is true. */
    static final Op<Reductions.Over> TRUE_OF_ANY = truth("any", Reduction.MAXIMUM, 0);

    static final List<Op<?>> ALL = List.of(BITWISE_AND, BITWISE_OR, BITWISE_XOR, TRUE_OF_ALL, TRUE_OF_ANY);

    private Logic() {}

    /** Whether both are true. */
    public static Tensor and(Tensor a, Tensor b) {
        return Composite.of(() -> bitwiseAnd(truth(a), truth(b)));
    }

    /** Whether at least one is true. */
    public static Tensor or(Tensor a, Tensor b) {
        return Composite.of(() -> bitwiseOr(truth(a), truth(b)));
    }

    /** Whether just one is true. */
    public static Tensor xor(Tensor a, Tensor b) {
        return Composite.of(() -> bitwiseXor(truth(a), truth(b)));
    }

    /** Whether it is not true. */
    public static Tensor not(Tensor x) {
        return Comparisons.equal(x, 0);
    }

    /** The bits that both have. */
    public static Tensor bitwiseAnd(Tensor a, Tensor b) {
        return Dispatcher.call(BITWISE_AND, NoAttributes.NONE, a, b);
    }

    /** The bits that at least one has. */
    public static Tensor bitwiseOr(Tensor a, Tensor b) {
        return Dispatcher.call(BITWISE_OR, NoAttributes.NONE, a, b);
    }

    /** The bits that just one has. */
    public static Tensor bitwiseXor(Tensor a, Tensor b) {
        return Dispatcher.call(BITWISE_XOR, NoAttributes.NONE, a, b);
    }

    /** All bits turned over; of bool, the opposite. */
    public static Tensor bitwiseNot(Tensor x) {
        return x.dtype() == DType.BOOL ? not(x) : bitwiseXor(x, Scalars.beside(x, -1));
    }

    /** a = the bits that both have; returns a. */
    public static Tensor bitwiseAndInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(BITWISE_AND, NoAttributes.NONE, a, b);
    }

    /** a = the bits that at least one has; returns a. */
    public static Tensor bitwiseOrInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(BITWISE_OR, NoAttributes.NONE, a, b);
    }

    /** a = the bits that just one has; returns a. */
    public static Tensor bitwiseXorInPlace(Tensor a, Tensor b) {
        return Dispatcher.write(BITWISE_XOR, NoAttributes.NONE, a, b);
    }

    /** a = all its bits turned over; returns a. */
    public static Tensor bitwiseNotInPlace(Tensor a) {
        Tensor ones = a.dtype() == DType.BOOL ? Tensor.scalar(DType.BOOL, 1) : Scalars.beside(a, -1);
        return bitwiseXorInPlace(a, ones);
    }

    /** Whether all elements are true, or all over the given dimensions, which the result lacks; true of none. */
    public static Tensor all(Tensor x, int... dimensions) {
        return all(x, false, dimensions);
    }

    /** Whether all elements over the given dimensions are true; these stay with size 1 if {@code keep}. */
    public static Tensor all(Tensor x, boolean keep, int... dimensions) {
        return Dispatcher.call(TRUE_OF_ALL, Reductions.Over.of("all", x, keep, dimensions), x);
    }

    /** Whether any element is true, or any over the given dimensions, which the result lacks; false of none. */
    public static Tensor any(Tensor x, int... dimensions) {
        return any(x, false, dimensions);
    }

    /** Whether any element over the given dimensions is true; these stay with size 1 if {@code keep}. */
    public static Tensor any(Tensor x, boolean keep, int... dimensions) {
        return Dispatcher.call(TRUE_OF_ANY, Reductions.Over.of("any", x, keep, dimensions), x);
    }

    /** How many elements, of all or over the given dimensions, are not 0; int64. */
    public static Tensor countNonzero(Tensor x, int... dimensions) {
        return Composite.of(() -> Reductions.sum(truth(x), dimensions));
    }

    private static Tensor truth(Tensor x) {
        return x.dtype() == DType.BOOL ? x : Comparisons.notEqual(x, 0);
    }

    private static Op<NoAttributes> bitwise(String name, Binary function) {
        return Arithmetic.binary(name, function, Op.Types.PROMOTE, Op.INTEGRAL).notDifferentiable();
    }

    /** @param ofNone the result for no elements */
    private static Op<Reductions.Over> truth(String name, Reduction reduction, double ofNone) {
        return Op.<Reductions.Over>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .types(Op.Types.KEEP)
                .forward(call -> {
                    Tensor x = call.input(0);
                    Tensor out = call.out(DType.BOOL, call.attributes().result(x.shape()));
                    if (x.elements() == 0) {
                        call.backend().fill(out, ofNone);
                        return;
                    }
                    Tensor truths = truth(x);
                    call.attributes().reduce(call, reduction, truths, out);
                    call.discard(truths);
                })
                .notDifferentiable();
    }
}
