// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Tensor;

/**
 * One place between the brackets of {@code x[…]}, for {@link Subscript}. In Python's notation: {@code 3} is {@code
 * at(3)}, {@code 1:5:2} is {@code range(1, 5, 2)}, {@code :} is {@code all()}, {@code ...} is {@code ellipsis()}, {@code
 * None} is {@code newAxis()}, and an index tensor or a mask is {@code of(tensor)}.
 */
public sealed interface Index {
    /** One index of the next dimension, which the result lacks. */
    record At(long index) implements Index {}

    /** Every step-th index of the next dimension from start to before end. */
    record Range(long start, long end, long step) implements Index {}

    /** As many whole dimensions as the other places leave. */
    record Rest() implements Index {}

    /** A new dimension of size 1. */
    record NewAxis() implements Index {}

    /** Elements by an index tensor, or by a mask over as many dimensions as it has. */
    record Of(Tensor tensor) implements Index {}

    /** One index of the next dimension, which the result lacks; negative numbers count from the last. */
    static Index at(long index) {
        return new At(index);
    }

    /** The whole next dimension. */
    static Index all() {
        return new Range(0, Slices.END, 1);
    }

    /** The indices from start to before end; negative numbers count from the end, {@link Slices#END} is the end. */
    static Index range(long start, long end) {
        return new Range(start, end, 1);
    }

    /** The indices start, start + step, … before end. */
    static Index range(long start, long end, long step) {
        return new Range(start, end, step);
    }

    /** As many whole dimensions as the other places leave; at most once. */
    static Index ellipsis() {
        return new Rest();
    }

    /** A new dimension of size 1. */
    static Index newAxis() {
        return new NewAxis();
    }

    /** Elements by a tensor of indices, negative ones counted from the last, or by a bool mask. */
    static Index of(Tensor tensor) {
        return new Of(tensor);
    }

    /** Elements by a list of indices. */
    static Index of(long... indices) {
        return new Of(Tensor.of(indices, indices.length));
    }
}
