// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** More elements at the edges of the last dimensions, or fewer. */
public final class Padding {
    static final Op<Constant> PAD = Op.<Constant>named("pad", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(Padding::pad)
            .backward(call -> call.give(0, () -> {
                long[] back = Arrays.stream(call.attributes().widths())
                        .map(width -> -width)
                        .toArray();
                return padded(call.gradient(), new Constant(back, 0));
            }));

    static final List<Op<?>> ALL = List.of(PAD);

    /** What the new elements are copies of. */
    public enum Mode {
        /** Of the elements next to the edge, mirrored at the edge element, which is not repeated: c b | a b c | b a. */
        REFLECT,
        /** Of the edge element: a a | a b c | c c. */
        REPLICATE,
        /** Of the elements at the other edge, of those that are not removed: b c | a b c | a b. */
        CIRCULAR
    }

    /**
     * Attributes of {@link #PAD}.
     *
     * @param widths per dimension, first dimension first, how many elements are added before and after
     */
    record Constant(long[] widths, double value) {}

    private Padding() {}

    /**
     * Adds elements of one value.
     *
     * @param widths how many elements are added before and after the last dimension, before and after the last but one,
     *     and so on; below 0 that many are removed
     */
    public static Tensor pad(Tensor x, double value, long... widths) {
        return padded(x, new Constant(byDimension(x, widths), value));
    }

    /**
     * Adds copies of elements of the tensor.
     *
     * @param widths as for {@link #pad(Tensor, double, long...)}; to reflect, below the size of the dimension, and for
     *     circular padding at most that
     */
    public static Tensor pad(Tensor x, Mode mode, long... widths) {
        long[] byDimension = byDimension(x, widths);
        for (int d = 0; d < x.shape().rank(); d++) {
            long size = x.size(d);
            long widest = Math.max(byDimension[2 * d], byDimension[2 * d + 1]);
            long bound =
                    switch (mode) {
                        case REFLECT -> size - 1;
                        case CIRCULAR -> size + Math.min(0, byDimension[2 * d]) + Math.min(0, byDimension[2 * d + 1]);
                        case REPLICATE -> size > 0 ? Long.MAX_VALUE : 0;
                    };
            if (widest > Math.max(0, bound)) {
                throw new IllegalArgumentException("Cannot compute pad: widths=" + Arrays.toString(widths) + " mode="
                        + mode + ", expected at most " + Math.max(0, bound) + " for dimension " + d + " of " + x.shape()
                        + "; lower them");
            }
        }
        return Autocasting.call(
                precision(mode, widths.length / 2),
                operands -> Composite.of(() -> copied(operands[0], mode, byDimension)),
                x);
    }

    /** PyTorch's list names all but circular padding, and reflection of three dimensions. */
    private static AutocastCategory precision(Mode mode, int dimensions) {
        return switch (mode) {
            case REPLICATE -> AutocastCategory.FP32;
            case REFLECT -> dimensions < 3 ? AutocastCategory.FP32 : AutocastCategory.KEEP;
            case CIRCULAR -> AutocastCategory.KEEP;
        };
    }

    private static Tensor copied(Tensor x, Mode mode, long[] byDimension) {
        Tensor padded = x;
        for (int d = 0; d < x.shape().rank(); d++) {
            if (byDimension[2 * d] != 0 || byDimension[2 * d + 1] != 0) {
                Tensor sources = sources(mode, x.size(d), byDimension[2 * d], byDimension[2 * d + 1]);
                padded = Indexing.indexSelect(padded, d, sources);
            }
        }
        return padded == x ? Copies.clone(x) : padded;
    }

    private static Tensor padded(Tensor x, Constant constant) {
        return Dispatcher.call(PAD, constant, x);
    }

    /** Which index of a dimension every index of the padded one is a copy of. */
    private static Tensor sources(Mode mode, long size, long before, long after) {
        long length = Math.max(0, before + size + after);
        long removed = Math.max(0, -before);
        long kept = size - removed - Math.max(0, -after);
        Tensor sources = Tensor.empty(DType.INT64, Shape.of(length));
        for (long i = 0; i < length; i++) {
            long at = i - before;
            long source =
                    switch (mode) {
                        case REFLECT -> at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
                        case REPLICATE -> Math.max(0, Math.min(size - 1, at));
                        case CIRCULAR -> removed + Math.floorMod(at - removed, kept);
                    };
            Memory.putLong(sources.address() + i * Long.BYTES, source);
        }
        return sources;
    }

    private static void pad(ForwardCall<Constant> call) {
        Tensor x = call.input(0);
        long[] widths = call.attributes().widths();
        long[] sizes = x.shape().sizes();
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] += widths[2 * d] + widths[2 * d + 1];
        }
        Tensor out = call.out(Shape.of(sizes));
        call.backend().fill(out, call.attributes().value());
        Tensor from = x;
        Tensor to = out;
        for (int d = 0; d < sizes.length; d++) {
            long before = widths[2 * d];
            long start = Math.max(0, -before);
            long end = Math.min(x.size(d), sizes[d] - before);
            long length = Math.max(0, end - start);
            from = Slices.raw(from, Slices.range(d, start, length, 1));
            to = Slices.raw(to, Slices.range(d, start + before, length, 1));
        }
        call.backend().convert(from, to);
    }

    private static long[] byDimension(Tensor x, long[] widths) {
        int rank = x.shape().rank();
        long[] byDimension = new long[2 * rank];
        boolean fits = widths.length % 2 == 0 && widths.length <= 2 * rank;
        for (int i = 0; i < widths.length && fits; i += 2) {
            int dimension = rank - 1 - i / 2;
            byDimension[2 * dimension] = widths[i];
            byDimension[2 * dimension + 1] = widths[i + 1];
            fits = x.size(dimension) + widths[i] + widths[i + 1] >= 0;
        }
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute pad: widths=" + Arrays.toString(widths)
                    + ", expected two for each of at most " + rank + " dimensions of " + x.shape()
                    + ", and results of at least 0 elements; correct the widths");
        }
        return byDimension;
    }
}
