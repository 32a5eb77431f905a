// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.autograd.ViewKind;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several views that together have all elements. None of them may be written in place where that is recorded. */
public final class Splits {
    static final Op<Parts> SPLIT = Op.<Parts>named("split", AutocastCategory.KEEP)
            .view(ViewKind.MULTIPLE, (input, parts) -> parts.of(input))
            .backward(call -> call.give(0, () -> {
                Parts parts = call.attributes();
                List<Tensor> gradients = new ArrayList<>();
                for (int i = 0; i < parts.lengths().length; i++) {
                    gradients.add(call.gradient(i));
                }
                Tensor whole = GradMode.isEnabled() ? null : adjoining(gradients, parts.dimension(), call.shape(0));
                return whole == null ? Joins.cat(gradients, parts.dimension()) : whole;
            }));

    static final Op<Integer> UNBIND = Op.<Integer>named("unbind", AutocastCategory.KEEP)
            .view(ViewKind.MULTIPLE, Splits::slices)
            .backward(call -> call.give(0, () -> {
                int dimension = call.attributes();
                List<Tensor> gradients = new ArrayList<>();
                for (int i = 0; i < call.shape(0).size(dimension); i++) {
                    gradients.add(call.gradient(i));
                }
                return Joins.stack(gradients, dimension);
            }));

    static final List<Op<?>> ALL = List.of(SPLIT, UNBIND);

    /** Lengths of the parts of one dimension. */
    record Parts(int dimension, long[] lengths) {
        Tensor[] of(Tensor input) {
            Tensor[] views = new Tensor[lengths.length];
            long start = 0;
            for (int i = 0; i < views.length; i++) {
                views[i] = Slices.raw(input, Slices.range(dimension, start, lengths[i], 1));
                start += lengths[i];
            }
            return views;
        }
    }

    private Splits() {}

    /** Views of {@code length} indices each of one dimension; the last one has what is left. */
    public static List<Tensor> split(Tensor x, long length, int dimension) {
        int index = Slices.existing("split", x, dimension);
        long size = x.size(index);
        if (length < 0 || length == 0 && size > 0) {
            throw new IllegalArgumentException(
                    "Cannot compute split: length=" + length + ", expected at least 1; correct the length");
        }
        long count = length == 0 ? 1 : Math.max(1, (size + length - 1) / length);
        long[] lengths = new long[Math.toIntExact(count)];
        Arrays.fill(lengths, length);
        lengths[lengths.length - 1] = size - length * (count - 1);
        return List.of(Dispatcher.views(SPLIT, new Parts(index, lengths), x));
    }

    /** Views of consecutive indices of one dimension, as many as {@code lengths} says; they add up to its size. */
    public static List<Tensor> split(Tensor x, long[] lengths, int dimension) {
        int index = Slices.existing("split", x, dimension);
        if (Arrays.stream(lengths).sum() != x.size(index)
                || Arrays.stream(lengths).anyMatch(length -> length < 0)) {
            throw new IllegalArgumentException("Cannot compute split: lengths=" + Arrays.toString(lengths)
                    + ", expected them to add up to the size of dimension " + index + " of " + x.shape()
                    + "; correct the lengths");
        }
        return List.of(Dispatcher.views(SPLIT, new Parts(index, lengths.clone()), x));
    }

    /** At most {@code count} views of equally many indices of one dimension; the last one may have fewer. */
    public static List<Tensor> chunk(Tensor x, int count, int dimension) {
        int index = Slices.existing("chunk", x, dimension);
        if (count < 1) {
            throw new IllegalArgumentException(
                    "Cannot compute chunk: count=" + count + ", expected at least 1; correct the count");
        }
        long size = x.size(index);
        if (size == 0) {
            return split(x, new long[count], index);
        }
        return split(x, (size + count - 1) / count, index);
    }

    /** A view of every index of one dimension, which they lack. */
    public static List<Tensor> unbind(Tensor x, int dimension) {
        return List.of(Dispatcher.views(UNBIND, Slices.existing("unbind", x, dimension), x));
    }

    /** The tensor of which the parts already are the slices along a dimension, or null. */
    private static @Nullable Tensor adjoining(List<Tensor> parts, int dimension, Shape shape) {
        Tensor first = parts.get(0);
        long[] strides = shape.contiguousStrides();
        long next = first.address();
        for (Tensor part : parts) {
            if (!part.sharesStorage(first)
                    || part.dtype() != first.dtype()
                    || part.address() != next
                    || !Arrays.equals(part.strides(), strides)) {
                return null;
            }
            next += part.size(dimension) * strides[dimension] * part.dtype().bytes();
        }
        return first.subview(shape, strides, 0);
    }

    private static Tensor[] slices(Tensor input, int dimension) {
        Tensor[] views = new Tensor[Math.toIntExact(input.size(dimension))];
        for (int i = 0; i < views.length; i++) {
            views[i] = Slices.raw(input, Slices.at(dimension, i));
        }
        return views;
    }
}
