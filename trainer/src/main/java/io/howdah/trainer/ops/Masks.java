// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;

/** Elements by a mask: those where it is true. */
public final class Masks {
    /** The places of the elements that are not 0. */
    static final Op<NoAttributes> NONZERO = Op.<NoAttributes>named("nonzero", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> {
                Tensor x = call.input(0);
                try (Tensor numbers = numbers(x)) {
                    Shape shape = call.shape();
                    Tensor out = call.out(DType.INT64, Shape.of(numbers.elements(), shape.rank()));
                    for (long i = 0; i < numbers.elements(); i++) {
                        long rest = Memory.getLong(numbers.address() + i * Long.BYTES);
                        for (int d = shape.rank() - 1; d >= 0; d--) {
                            Memory.putLong(out.address() + (i * shape.rank() + d) * Long.BYTES, rest % shape.size(d));
                            rest /= shape.size(d);
                        }
                    }
                }
            })
            .notDifferentiable();

    static final List<Op<?>> ALL = List.of(NONZERO);

    private Masks() {}

    /** The index of every element that is not 0, int64 [n, rank], in row-major order. */
    public static Tensor nonzero(Tensor x) {
        return Dispatcher.call(NONZERO, NoAttributes.NONE, x);
    }

    /** The elements where the mask is true, [n], in row-major order; x and the mask are broadcast to each other. */
    public static Tensor maskedSelect(Tensor x, Tensor mask) {
        checkBool("maskedSelect", mask);
        Shape shape = Broadcast.shape("maskedSelect", x.shape(), mask.shape());
        return Composite.of(() -> {
            Tensor numbers = numbers(Broadcast.expand("maskedSelect", mask, shape));
            return Indexing.take(Views.expand(x, shape.sizes()), numbers);
        });
    }

    /**
     * x with the elements where the mask is true replaced by those of {@code source}, one after the other; x and the mask
     * are broadcast to each other.
     *
     * @param source at least as many elements as are to be replaced, of any shape
     */
    public static Tensor maskedScatter(Tensor x, Tensor mask, Tensor source) {
        checkBool("maskedScatter", mask);
        Shape shape = Broadcast.shape("maskedScatter", x.shape(), mask.shape());
        return Composite.of(() -> {
            Tensor numbers = numbers(Broadcast.expand("maskedScatter", mask, shape));
            return Indexing.put(Views.expand(x, shape.sizes()), numbers, first(source, numbers), false);
        });
    }

    /** {@link #maskedScatter} into x, to which the mask is broadcast; returns x. */
    public static Tensor maskedScatterInPlace(Tensor x, Tensor mask, Tensor source) {
        checkBool("maskedScatter", mask);
        Overlap.checkApart("maskedScatter", x, mask, source);
        return Composite.of(() -> {
            Tensor numbers = numbers(Broadcast.expand("maskedScatter", mask, x.shape()));
            return Indexing.putInPlace(x, numbers, first(source, numbers), false);
        });
    }

    private static Tensor first(Tensor source, Tensor numbers) {
        if (source.elements() < numbers.elements()) {
            throw new IllegalArgumentException(
                    "Cannot compute maskedScatter: source=" + source.shape() + ", expected at least the "
                            + numbers.elements() + " elements that the mask selects; add elements");
        }
        return Slices.narrow(Views.flatten(source), 0, 0, numbers.elements());
    }

    /** The row-major number of every element that is not 0, int64 [n]. */
    static Tensor numbers(Tensor x) {
        try (Contiguous whole = flags(x)) {
            long elements = x.elements();
            long first = whole.tensor().address();
            long count = 0;
            for (long i = 0; i < elements; i++) {
                count += Memory.getByte(first + i);
            }
            Tensor numbers = Tensor.empty(DType.INT64, Shape.of(count));
            long next = numbers.address();
            for (long i = 0; i < elements; i++) {
                if (Memory.getByte(first + i) != 0) {
                    Memory.putLong(next, i);
                    next += Long.BYTES;
                }
            }
            return numbers;
        }
    }

    /** Which elements are not 0, as contiguous bytes of 0 and 1. */
    private static Contiguous flags(Tensor x) {
        if (x.dtype() == DType.BOOL) {
            return Contiguous.of(x);
        }
        Tensor flags = Tensor.empty(DType.BOOL, x.shape());
        Backends.current().convert(x, flags);
        return new Contiguous(flags, true);
    }

    private static void checkBool(String op, Tensor mask) {
        if (mask.dtype() != DType.BOOL) {
            throw new IllegalArgumentException(
                    "Cannot compute " + op + ": mask dtype=" + mask.dtype() + ", expected bool; compare it with 0");
        }
    }
}
