// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mask as attention kernels need it. Where the mask is stretched, so are these, so that they take no more memory.
 *
 * @param addend added to the scores, −∞ where a key takes no part, [..., L, S]
 * @param blank which queries see no key at all, bool, [..., L, 1]; null if every one sees some
 * @param owned what {@link #close} frees
 */
record AttentionMask(Tensor addend, @Nullable Tensor blank, List<Tensor> owned) implements AutoCloseable {
    /** The mask in a dtype, from a bool one or one that is added; null from null. */
    static @Nullable AttentionMask of(@Nullable Tensor mask, DType dtype) {
        if (mask == null) {
            return null;
        }
        List<Tensor> owned = new ArrayList<>();
        Tensor compact = compact(mask);
        Tensor addend = compact;
        if (compact.dtype() != dtype) {
            addend = Tensor.empty(dtype, compact.shape());
            owned.add(addend);
            fill(compact, addend);
        }
        Tensor blank = blank(addend, owned);
        Shape rows = withColumns(mask.shape(), 1);
        return new AttentionMask(
                Broadcast.expand("attention", addend, mask.shape()),
                blank == null ? null : Broadcast.expand("attention", blank, rows),
                owned);
    }

    /** How many heads in a row find their masks at equal distances, so that they can share a block. */
    long together() {
        long heads = HeadMatrices.mergeable(addend);
        return blank == null ? heads : Math.min(heads, HeadMatrices.mergeable(blank));
    }

    /** The addends of the rows of a block, of all keys: [heads, rows, S]. */
    Tensor addendOf(AttentionBlocks.Block block) {
        return rowsOf(addend, block);
    }

    /** Which rows of a block see no key, [heads, rows, 1]; null if no mask has such rows. */
    @Nullable
    Tensor blankOf(AttentionBlocks.Block block) {
        return blank == null ? null : rowsOf(blank, block);
    }

    private static Tensor rowsOf(Tensor x, AttentionBlocks.Block block) {
        int rank = x.shape().rank();
        long offset = block.first() * x.stride(-2);
        long rest = block.head();
        for (int d = rank - 3; d >= 0; d--) {
            offset += rest % x.size(d) * x.stride(d);
            rest /= x.size(d);
        }
        long[] strides = {rank > 2 ? x.stride(-3) : 0, x.stride(-2), x.stride(-1)};
        return x.subview(Shape.of(block.heads(), block.rows(), x.size(-1)), strides, offset);
    }

    /** The tensor with size 1 where it is stretched. */
    private static Tensor compact(Tensor mask) {
        long[] sizes = mask.shape().sizes();
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = mask.stride(d) == 0 && sizes[d] > 1 ? 1 : sizes[d];
        }
        return mask.subview(Shape.of(sizes), mask.strides(), 0);
    }

    private static void fill(Tensor mask, Tensor addend) {
        Backend backend = Backends.current();
        if (mask.dtype() != DType.BOOL) {
            backend.convert(mask, addend);
            return;
        }
        try (Tensor taking = Tensor.scalar(addend.dtype(), 0);
                Tensor hidden = Tensor.scalar(addend.dtype(), Double.NEGATIVE_INFINITY)) {
            backend.where(
                    mask,
                    Broadcast.expand("attention", taking, addend.shape()),
                    Broadcast.expand("attention", hidden, addend.shape()),
                    addend);
        }
    }

    private static @Nullable Tensor blank(Tensor addend, List<Tensor> owned) {
        if (addend.elements() == 0) {
            return null;
        }
        Backend backend = Backends.current();
        Shape rows = withColumns(addend.shape(), 1);
        Tensor blank = Tensor.empty(DType.BOOL, rows);
        try (Tensor largest = Tensor.empty(addend.dtype(), rows);
                Tensor hidden = Tensor.scalar(addend.dtype(), Double.NEGATIVE_INFINITY)) {
            backend.reduce(Reduction.MAXIMUM, addend, largest);
            backend.compare(Comparison.EQUAL, largest, Broadcast.expand("attention", hidden, rows), blank);
        }
        boolean[] any = {false};
        Elements.forEach(blank, address -> any[0] |= Elements.getLong(DType.BOOL, address) != 0);
        if (any[0]) {
            owned.add(blank);
            return blank;
        }
        blank.close();
        return null;
    }

    private static Shape withColumns(Shape shape, long columns) {
        long[] sizes = shape.sizes();
        sizes[sizes.length - 1] = columns;
        return Shape.of(sizes);
    }

    @Override
    public void close() {
        owned.forEach(Tensor::close);
    }
}
