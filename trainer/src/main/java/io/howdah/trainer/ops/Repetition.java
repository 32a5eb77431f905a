// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** The elements of a tensor in another order, or several times. */
public final class Repetition {
    /** Rotates every dimension by so many places. */
    static final Op<long[]> ROLL = Op.<long[]>named("roll", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> roll(call, 0, call.input(0), call.out(call.shape())))
            .backward(call -> call.give(0, () -> {
                long[] back =
                        Arrays.stream(call.attributes()).map(shift -> -shift).toArray();
                return rolled(call.gradient(), back);
            }));

    /** Reverses the flagged dimensions. */
    static final Op<boolean[]> FLIP = Op.<boolean[]>named("flip", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(Repetition::flip)
            .backward(call -> call.give(0, () -> flipped(call.gradient(), call.attributes())));

    static final List<Op<?>> ALL = List.of(ROLL, FLIP);

    private Repetition() {}

    /**
     * Moves all elements by {@code shifts[i]} places along dimension {@code dimensions[i]}; those that leave at the end
     * come back at the start. One shift without a dimension moves them in row-major order.
     */
    public static Tensor roll(Tensor x, long[] shifts, int... dimensions) {
        if (shifts.length == 1 && dimensions.length == 0) {
            return roll(x, shifts[0]);
        }
        if (shifts.length != dimensions.length || shifts.length == 0) {
            throw new IllegalArgumentException("Cannot compute roll: shifts=" + Arrays.toString(shifts) + " dimensions="
                    + Arrays.toString(dimensions) + ", expected a shift for each dimension; correct them");
        }
        long[] places = new long[x.shape().rank()];
        for (int i = 0; i < shifts.length; i++) {
            places[Slices.existing("roll", x, dimensions[i])] += shifts[i];
        }
        return rolled(x, places);
    }

    /** Moves all elements by {@code shift} places in row-major order. */
    public static Tensor roll(Tensor x, long shift) {
        return Views.reshape(
                roll(Views.flatten(x), new long[] {shift}, 0), x.shape().sizes());
    }

    /** The elements in reverse order along the given dimensions; a copy. */
    public static Tensor flip(Tensor x, int... dimensions) {
        boolean[] flags = dimensions.length == 0
                ? new boolean[x.shape().rank()]
                : Dimensions.flags("flip", x.shape(), dimensions);
        return flipped(x, flags);
    }

    /**
     * Copies of the whole tensor side by side.
     *
     * @param counts how many along each dimension; more of them than dimensions add leading ones
     */
    public static Tensor repeat(Tensor x, long... counts) {
        int added = counts.length - x.shape().rank();
        if (added < 0 || Arrays.stream(counts).anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("Cannot compute repeat: counts=" + Arrays.toString(counts)
                    + ", expected a number >= 0 for each dimension of " + x.shape() + "; correct the counts");
        }
        long[] apart = new long[2 * counts.length];
        long[] stretched = new long[2 * counts.length];
        long[] sizes = new long[counts.length];
        for (int d = 0; d < counts.length; d++) {
            long size = d < added ? 1 : x.size(d - added);
            apart[2 * d] = 1;
            apart[2 * d + 1] = size;
            stretched[2 * d] = counts[d];
            stretched[2 * d + 1] = size;
            sizes[d] = counts[d] * size;
        }
        return Composite.of(() -> Views.view(Copies.clone(Views.expand(Views.reshape(x, apart), stretched)), sizes));
    }

    /** {@link #repeat} in which dimensions without a count, leading ones, are not repeated. */
    public static Tensor tile(Tensor x, long... counts) {
        long[] complete = new long[Math.max(counts.length, x.shape().rank())];
        Arrays.fill(complete, 1);
        System.arraycopy(counts, 0, complete, complete.length - counts.length, counts.length);
        return repeat(x, complete);
    }

    /** Every index of one dimension {@code count} times in a row. */
    public static Tensor repeatInterleave(Tensor x, long count, int dimension) {
        Tensor whole = x.shape().rank() == 0 ? Views.unsqueeze(x, 0) : x;
        int index = Dimensions.of("repeatInterleave", whole.shape(), dimension);
        if (count < 0) {
            throw new IllegalArgumentException(
                    "Cannot compute repeatInterleave: count=" + count + ", expected at least 0; correct the count");
        }
        long size = whole.size(index);
        long[] apart = Dimensions.replaced(whole.shape(), index, size, 1).sizes();
        long[] stretched =
                Dimensions.replaced(whole.shape(), index, size, count).sizes();
        long[] sizes = Dimensions.replaced(whole.shape(), index, size * count).sizes();
        return Composite.of(() ->
                Views.view(Copies.clone(Views.expand(Views.reshape(whole, apart), stretched)), sizes));
    }

    /**
     * Index i of one dimension {@code counts[i]} times in a row.
     *
     * @param counts integers, [size of the dimension], or one for all
     */
    public static Tensor repeatInterleave(Tensor x, Tensor counts, int dimension) {
        Tensor whole = x.shape().rank() == 0 ? Views.unsqueeze(x, 0) : x;
        int index = Dimensions.of("repeatInterleave", whole.shape(), dimension);
        long size = whole.size(index);
        if (counts.dtype().kind() != DType.Kind.INTEGRAL
                || counts.shape().rank() > 1
                || counts.elements() != 1 && counts.elements() != size) {
            throw new IllegalArgumentException("Cannot compute repeatInterleave: counts=" + counts
                    + ", expected integers, one for each of the " + size + " indices of dimension " + index
                    + "; correct the counts");
        }
        long[] each = counts.toLongs();
        if (Arrays.stream(each).anyMatch(count -> count < 0)) {
            throw new IllegalArgumentException("Cannot compute repeatInterleave: counts=" + Arrays.toString(each)
                    + ", expected at least 0; correct the counts");
        }
        if (each.length == 1) {
            return repeatInterleave(whole, each[0], index);
        }
        return Composite.of(() -> Indexing.indexSelect(whole, index, repeated(each)));
    }

    private static Tensor rolled(Tensor x, long[] places) {
        return Dispatcher.call(ROLL, places, x);
    }

    private static Tensor flipped(Tensor x, boolean[] flags) {
        return Dispatcher.call(FLIP, flags, x);
    }

    /** Number i counts[i] times. */
    private static Tensor repeated(long[] counts) {
        Tensor numbers =
                Tensor.empty(DType.INT64, Shape.of(Arrays.stream(counts).sum()));
        long address = numbers.address();
        for (int i = 0; i < counts.length; i++) {
            for (long n = 0; n < counts[i]; n++) {
                Memory.putLong(address, i);
                address += Long.BYTES;
            }
        }
        return numbers;
    }

    /** Both parts of every dimension change places. */
    private static void roll(ForwardCall<long[]> call, int dimension, Tensor from, Tensor to) {
        if (dimension == from.shape().rank()) {
            call.backend().convert(from, to);
            return;
        }
        long size = from.size(dimension);
        long shift = size == 0 ? 0 : Math.floorMod(call.attributes()[dimension], size);
        roll(call, dimension + 1, part(from, dimension, 0, size - shift), part(to, dimension, shift, size - shift));
        if (shift > 0) {
            roll(call, dimension + 1, part(from, dimension, size - shift, shift), part(to, dimension, 0, shift));
        }
    }

    private static Tensor part(Tensor x, int dimension, long start, long length) {
        return Slices.raw(x, Slices.range(dimension, start, length, 1));
    }

    private static void flip(ForwardCall<boolean[]> call) {
        Tensor from = call.input(0);
        Tensor out = call.out(call.shape());
        int left = 0;
        for (boolean flag : call.attributes()) {
            left += flag ? 1 : 0;
        }
        if (left == 0) {
            call.backend().convert(from, out);
        }
        for (int d = 0; left > 0; d++) {
            if (call.attributes()[d]) {
                left--;
                Tensor to = left == 0 ? out : Tensor.empty(from.dtype(), from.shape());
                try (Tensor indices = descending(from.size(d))) {
                    AdvancedIndex.select(from, d, indices, to);
                }
                call.discard(from);
                from = to;
            }
        }
    }

    private static Tensor descending(long size) {
        Tensor indices = Tensor.empty(DType.INT64, Shape.of(size));
        for (long i = 0; i < size; i++) {
            Memory.putLong(indices.address() + i * Long.BYTES, size - 1 - i);
        }
        return indices;
    }
}
