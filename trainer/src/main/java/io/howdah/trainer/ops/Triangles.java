// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** The elements of matrices on one side of a diagonal. */
public final class Triangles {
    /** Keeps the elements on and below a diagonal. */
    static final Op<Long> TRIL = triangle("tril", true);

    /** Keeps the elements on and above a diagonal. */
    static final Op<Long> TRIU = triangle("triu", false);

    static final List<Op<?>> ALL = List.of(TRIL, TRIU);

    private Triangles() {}

    /**
     * The elements on and below a diagonal of each matrix, 0 elsewhere.
     *
     * @param x […, R, C]
     * @param diagonal 0 for the main one, above 0 for those above it
     */
    public static Tensor tril(Tensor x, long diagonal) {
        return Dispatcher.call(TRIL, diagonal, matrices("tril", x));
    }

    /** The elements on and above a diagonal of each matrix, 0 elsewhere. */
    public static Tensor triu(Tensor x, long diagonal) {
        return Dispatcher.call(TRIU, diagonal, matrices("triu", x));
    }

    /** Sets the elements above a diagonal to 0; returns x. */
    public static Tensor trilInPlace(Tensor x, long diagonal) {
        return Dispatcher.write(TRIL, diagonal, matrices("tril", x));
    }

    /** Sets the elements below a diagonal to 0; returns x. */
    public static Tensor triuInPlace(Tensor x, long diagonal) {
        return Dispatcher.write(TRIU, diagonal, matrices("triu", x));
    }

    /** Rows and columns, int64 [2, n], of the elements on and below a diagonal, in row-major order. */
    public static Tensor trilIndices(long rows, long columns, long diagonal) {
        return places(rows, columns, diagonal, true);
    }

    /** Rows and columns, int64 [2, n], of the elements on and above a diagonal, in row-major order. */
    public static Tensor triuIndices(long rows, long columns, long diagonal) {
        return places(rows, columns, diagonal, false);
    }

    private static Tensor places(long rows, long columns, long diagonal, boolean lower) {
        try (Tensor mask = mask(rows, columns, diagonal, lower);
                Tensor places = Masks.nonzero(mask)) {
            return Copies.clone(Views.transpose(places, 0, 1));
        }
    }

    private static Op<Long> triangle(String name, boolean lower) {
        return Op.<Long>named(name, AutocastCategory.KEEP)
                .dtypes(Op.ALL)
                .types(Op.Types.KEEP)
                .inPlace()
                .forward(call -> {
                    Shape shape = call.shape();
                    Tensor out = call.out(shape);
                    try (Tensor mask = mask(shape.size(-2), shape.size(-1), call.attributes(), lower);
                            Tensor zero = Tensor.scalar(call.dtype(), 0)) {
                        Tensor zeros = Broadcast.expand(name, zero, shape);
                        call.backend().where(Broadcast.expand(name, mask, shape), call.input(0), zeros, out);
                    }
                })
                .backward(call -> call.give(
                        0,
                        () -> lower
                                ? tril(call.gradient(), call.attributes())
                                : triu(call.gradient(), call.attributes())));
    }

    /** Which elements of a matrix are on the diagonal or on its lower, or upper, side. */
    private static Tensor mask(long rows, long columns, long diagonal, boolean lower) {
        Tensor mask = Tensor.zeros(DType.BOOL, Shape.of(rows, columns));
        for (long r = 0; r < rows; r++) {
            long first = lower ? 0 : Math.max(0, Math.min(columns, r + diagonal));
            long end = lower ? Math.max(0, Math.min(columns, r + diagonal + 1)) : columns;
            Memory.fill(mask.address() + r * columns + first, end - first, (byte) 1);
        }
        return mask;
    }

    private static Tensor matrices(String op, Tensor x) {
        if (x.shape().rank() < 2) {
            throw new IllegalArgumentException("Cannot compute " + op + ": shape=" + x.shape()
                    + ", expected at least 2 dimensions; reshape it to a matrix");
        }
        return x;
    }
}
