// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Elements chosen by a mask of bool. */
public final class Selection {
    /** Inputs a, b and the condition. */
    static final Op<NoAttributes> WHERE = Op.<NoAttributes>named("where", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .operands(2)
            .forward(call -> {
                Tensor condition = mask("where", call.input(2));
                Shape shape = Broadcast.shape(call, "where", 3);
                Tensor out = call.out(shape);
                call.saveInput(2);
                call.backend()
                        .where(
                                Broadcast.expand("where", condition, shape),
                                Broadcast.expand("where", call.input(0), shape),
                                Broadcast.expand("where", call.input(1), shape),
                                out);
            })
            .backward(call -> {
                call.give(0, () -> where(call.input(2), call.gradient(), 0.0));
                call.give(1, () -> where(call.input(2), 0.0, call.gradient()));
            });

    /** Inputs x, the value and the mask. */
    static final Op<NoAttributes> MASKED_FILL = Op.<NoAttributes>named("maskedFill", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .operands(2)
            .inPlace()
            .forward(Selection::fill)
            .backward(call -> {
                call.give(0, () -> maskedFill(call.gradient(), call.input(2), 0));
                call.give(1, () -> where(call.input(2), call.gradient(), 0.0));
            });

    static final List<Op<?>> ALL = List.of(WHERE, MASKED_FILL);

    private Selection() {}

    /** a where the condition holds, else b; all three broadcast. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Dispatcher.call(WHERE, NoAttributes.NONE, a, b, condition);
    }

    /** a where the condition holds, else b. */
    public static Tensor where(Tensor condition, Tensor a, double b) {
        return where(condition, a, Scalars.beside(a, b));
    }

    /** a where the condition holds, else b. */
    public static Tensor where(Tensor condition, Tensor a, long b) {
        return where(condition, a, Scalars.beside(a, b));
    }

    /** a where the condition holds, else b. */
    public static Tensor where(Tensor condition, double a, Tensor b) {
        return where(condition, Scalars.beside(b, a), b);
    }

    /** a where the condition holds, else b. */
    public static Tensor where(Tensor condition, long a, Tensor b) {
        return where(condition, Scalars.beside(b, a), b);
    }

    /** a where the condition holds, else b; float32. */
    public static Tensor where(Tensor condition, double a, double b) {
        return where(condition, Tensor.scalar(DType.FLOAT32, a), Tensor.scalar(DType.FLOAT32, b));
    }

    /** a where the condition holds, else b; int64. */
    public static Tensor where(Tensor condition, long a, long b) {
        return where(condition, Scalars.of(DType.INT64, a), Scalars.of(DType.INT64, b));
    }

    /**
     * x with {@code value} where the mask holds; x and the mask broadcast.
     *
     * @param value a scalar; converted to the dtype of x
     */
    public static Tensor maskedFill(Tensor x, Tensor mask, Tensor value) {
        return Dispatcher.call(MASKED_FILL, NoAttributes.NONE, x, value, mask);
    }

    /** x with {@code value} where the mask holds; x and the mask broadcast. */
    public static Tensor maskedFill(Tensor x, Tensor mask, double value) {
        return maskedFill(x, mask, Scalars.of(x.dtype(), value));
    }

    /**
     * x = {@code value} where the mask, which broadcasts to x, holds; returns x. Elements that share memory are refused:
     * PyTorch warns only, and fills wrong ones.
     */
    public static Tensor maskedFillInPlace(Tensor x, Tensor mask, Tensor value) {
        return Dispatcher.write(MASKED_FILL, NoAttributes.NONE, x, value, mask);
    }

    /** x = {@code value} where the mask, which broadcasts to x, holds; returns x. */
    public static Tensor maskedFillInPlace(Tensor x, Tensor mask, double value) {
        return maskedFillInPlace(x, mask, Scalars.of(x.dtype(), value));
    }

    private static void fill(ForwardCall<NoAttributes> call) {
        Tensor value = call.input(1);
        if (value.shape().rank() != 0) {
            throw new IllegalArgumentException("Cannot compute maskedFill: value=" + value.shape()
                    + ", expected a scalar, []; use where for other values");
        }
        Tensor mask = mask("maskedFill", call.input(2));
        Shape shape = Broadcast.shape("maskedFill", call.shape(), mask.shape());
        Tensor out = call.out(shape);
        call.saveInput(2);
        try (Tensor same = Tensor.empty(call.dtype(), Shape.of())) {
            call.backend().convert(value, same);
            call.backend()
                    .where(
                            Broadcast.expand("maskedFill", mask, shape),
                            Broadcast.expand("maskedFill", same, shape),
                            Broadcast.expand("maskedFill", call.input(0), shape),
                            out);
        }
    }

    private static Tensor mask(String op, Tensor mask) {
        if (mask.dtype() != DType.BOOL) {
            throw new IllegalArgumentException("Cannot compute " + op + ": mask dtype=" + mask.dtype()
                    + ", expected bool; compare it with a number, or convert it with to(dtype)");
        }
        return mask;
    }
}
