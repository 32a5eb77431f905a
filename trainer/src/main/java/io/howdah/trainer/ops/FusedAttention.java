// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Epilogue;
import io.howdah.trainer.ops.AttentionBlocks.Block;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention in {@linkplain AttentionBlocks blocks}. Scale and causal mask are part of the product that makes the scores;
 * backward computes the scores of each block again.
 */
final class FusedAttention implements AutoCloseable {
    /** What a scratch buffer holds. */
    private enum Role {
        SCORES,
        WEIGHTS,
        SLOPES,
        NARROW,
        DROPOUT,
        HIDDEN,
        KEY_SUMS,
        VALUE_SUMS
    }

    private final Backend backend = Backends.current();
    private final Map<Role, Tensor> scratch = new EnumMap<>(Role.class);
    private final Shape shape;
    private final HeadMatrices q;
    private final HeadMatrices k;
    private final HeadMatrices v;
    private final HeadMatrices keysAcross;
    private final @Nullable AttentionMask mask;
    private final Attention.Settings settings;
    private final @Nullable AttentionDropout dropout;
    private final DType narrow;
    private final DType wide;
    private final AttentionBlocks blocks;
    private final Tensor triangle;

    /**
     * @param q […, L, E]
     * @param k […, S, E], leading dimensions as in {@code q}
     * @param v […, S, F]
     * @param mask closed with this
     */
    FusedAttention(Tensor q, Tensor k, Tensor v, @Nullable AttentionMask mask, Attention.Settings settings) {
        this.shape = q.shape();
        this.q = HeadMatrices.of(q);
        this.k = HeadMatrices.of(k);
        this.v = HeadMatrices.of(v);
        this.keysAcross = this.k.transposed();
        this.mask = mask;
        this.settings = settings;
        this.dropout = AttentionDropout.of(settings);
        this.narrow = q.dtype();
        this.wide = wide(q.dtype());
        long heads = 1;
        for (int d = 0; d < q.shape().rank() - 2; d++) {
            heads *= q.size(d);
        }
        long together = mask == null ? heads : mask.together();
        this.blocks = AttentionBlocks.of(heads, q.size(-2), k.size(-2), settings.causal(), together);
        this.triangle = triangle(settings.causal() ? Math.toIntExact(blocks.rows()) : 0);
    }

    /** The dtype of scores: 16-bit inputs have theirs in float32. */
    static DType wide(DType dtype) {
        return dtype.bytes() == 2 ? DType.FLOAT32 : dtype;
    }

    /** Writes the result to {@code out}, […, L, F]. */
    void forward(Tensor out) {
        if (blocks.keys() == 0) {
            backend.fill(out, 0);
            return;
        }
        try (HeadMatrices result = HeadMatrices.into(out)) {
            blocks.forEach(block -> {
                Tensor scores = scores(block);
                Tensor weights = softmax(block, scores);
                if (dropout != null) {
                    backend.binary(Binary.MULTIPLY, weights, factors(dropout, scores.shape()), weights);
                }
                backend.matmul(narrowed(weights), seen(v, block), null, rows(result, block));
            });
            result.deliver();
        }
    }

    /** Writes the gradients; those of keys that no query sees are 0. */
    void backward(Tensor gradOut, Tensor gradQ, Tensor gradK, Tensor gradV) {
        if (blocks.keys() == 0 || blocks.queries() == 0) {
            backend.fill(gradQ, 0);
            backend.fill(gradK, 0);
            backend.fill(gradV, 0);
            return;
        }
        try (HeadMatrices gradients = HeadMatrices.of(gradOut);
                HeadMatrices valuesAcross = v.transposed();
                HeadMatrices queries = HeadMatrices.into(gradQ);
                HeadMatrices keys = HeadMatrices.into(gradK);
                HeadMatrices values = HeadMatrices.into(gradV)) {
            Results results = new Results(queries, keys, values);
            blocks.forEach(block -> backward(block, rows(gradients, block), acrossSeen(valuesAcross, block), results));
            queries.deliver();
            keys.deliver();
            values.deliver();
        }
    }

    /** Where backward puts the gradients. */
    private record Results(HeadMatrices queries, HeadMatrices keys, HeadMatrices values) {}

    private void backward(Block block, Tensor gradient, Tensor valuesAcross, Results results) {
        Tensor scores = scores(block);
        Tensor weights = softmax(block, scores);
        Tensor slopes = scratch(Role.SLOPES, wide, scores.shape());
        backend.matmul(gradient, valuesAcross, null, slopes);
        Tensor kept = weights;
        if (dropout != null) {
            Tensor factors = factors(dropout, scores.shape());
            backend.binary(Binary.MULTIPLY, slopes, factors, slopes);
            backend.binary(Binary.MULTIPLY, weights, factors, factors);
            kept = factors;
        }
        addProduct(narrowed(kept), gradient, Epilogue.NONE, block, Role.VALUE_SUMS, results.values());
        backend.softmaxGrad(false, weights, slopes, slopes);
        Tensor steep = narrowed(slopes);
        Epilogue scaled = Epilogue.scaled(settings.scale());
        backend.product(steep, seen(k, block), scaled, rows(results.queries(), block));
        addProduct(steep, rows(q, block), scaled, block, Role.KEY_SUMS, results.keys());
    }

    /** The dropout's factors of all weights; for the recorded formula alone. */
    Tensor dropoutFactors() {
        long[] sizes = shape.sizes();
        sizes[sizes.length - 1] = blocks.keys();
        Tensor factors = Tensor.zeros(wide, Shape.of(sizes));
        HeadMatrices matrices = HeadMatrices.into(factors);
        blocks.forEach(block -> {
            if (dropout != null) {
                Tensor drawn = factors(dropout, Shape.of(block.heads(), block.rows(), block.seen()));
                backend.convert(drawn, columns(rows(matrices, block), 0, block.seen()));
            }
        });
        return factors;
    }

    /** Scaled and masked scores of a block, [heads, rows, seen]. */
    private Tensor scores(Block block) {
        Tensor scores = scratch(Role.SCORES, wide, Shape.of(block.heads(), block.rows(), block.seen()));
        Epilogue epilogue = Epilogue.scaled(settings.scale());
        if (settings.causal() && block.seen() > block.first() + 1) {
            epilogue = epilogue.plus(hidden(block));
        }
        backend.product(rows(q, block), acrossSeen(keysAcross, block), epilogue, scores);
        if (mask != null) {
            Tensor addend = columns(mask.addendOf(block), 0, block.seen());
            backend.binary(Binary.ADD, scores, addend, scores);
        }
        return scores;
    }

    private Tensor softmax(Block block, Tensor scores) {
        // Not in place, where not-a-numbers would have to be looked for first.
        Tensor weights = scratch(Role.WEIGHTS, wide, scores.shape());
        backend.softmax(false, scores, weights);
        Tensor blank = mask == null ? null : mask.blankOf(block);
        if (blank != null) {
            try (Tensor zero = Tensor.scalar(weights.dtype(), 0)) {
                backend.where(
                        Broadcast.expand("attention", blank, weights.shape()),
                        Broadcast.expand("attention", zero, weights.shape()),
                        weights,
                        weights);
            }
        }
        return weights;
    }

    /** −∞ where a key of the block comes after a query, else 0; the same for all heads. */
    private Tensor hidden(Block block) {
        long[] strides = {0, block.seen(), 1};
        Shape shared = Shape.of(block.heads(), block.rows(), block.seen());
        Tensor one = scratch(Role.HIDDEN, wide, Shape.of(1, block.rows(), block.seen()));
        backend.fill(columns(one, 0, block.first()), 0);
        Tensor corner = columns(one, block.first(), block.seen() - block.first());
        backend.convert(triangle.subview(corner.shape(), new long[] {0, triangle.stride(0), 1}, 0), corner);
        return one.subview(shared, strides, 0);
    }

    /** Adds leftᵀ · right to the gradient of the keys or values. */
    private void addProduct(Tensor left, Tensor right, Epilogue epilogue, Block block, Role role, HeadMatrices into) {
        Tensor transposed = Views.swapped(left);
        boolean first = blocks.isLast(block);
        if (first && block.seen() < blocks.keys()) {
            backend.fill(into.part(block.head(), block.heads(), block.seen(), blocks.keys() - block.seen()), 0);
        }
        if (first && block.first() == 0) {
            backend.product(transposed, right, epilogue, seen(into, block));
            return;
        }
        Tensor whole = into.part(block.head(), block.heads(), 0, blocks.seen());
        Tensor sums = narrow == wide ? whole : scratch(role, wide, whole.shape());
        Shape part = Shape.of(block.heads(), block.seen(), right.size(-1));
        backend.product(
                transposed, right, first ? epilogue : epilogue.accumulating(), sums.subview(part, sums.strides(), 0));
        if (block.first() == 0 && sums != whole) {
            backend.convert(sums, whole);
        }
    }

    private Tensor narrowed(Tensor weights) {
        if (narrow == wide) {
            return weights;
        }
        Tensor result = scratch(Role.NARROW, narrow, weights.shape());
        backend.convert(weights, result);
        return result;
    }

    private Tensor factors(AttentionDropout drawn, Shape weights) {
        return drawn.next(weights, scratch(Role.DROPOUT, wide, weights));
    }

    private static Tensor rows(HeadMatrices matrices, Block block) {
        return matrices.part(block.head(), block.heads(), block.first(), block.rows());
    }

    private static Tensor seen(HeadMatrices matrices, Block block) {
        return matrices.part(block.head(), block.heads(), 0, block.seen());
    }

    /** The seen keys or values as columns. */
    private static Tensor acrossSeen(HeadMatrices matrices, Block block) {
        return columns(matrices.all(block.head(), block.heads()), 0, block.seen());
    }

    private static Tensor columns(Tensor x, long first, long count) {
        return x.subview(Shape.of(x.size(0), x.size(1), count), x.strides(), first * x.stride(2));
    }

    /** A contiguous buffer that is used again and again, made anew where it is too small. */
    private Tensor scratch(Role role, DType dtype, Shape size) {
        Tensor buffer = scratch.get(role);
        if (buffer == null || buffer.elements() < size.elements()) {
            if (buffer != null) {
                buffer.close();
            }
            buffer = Tensor.empty(dtype, Shape.of(size.elements()));
            scratch.put(role, buffer);
        }
        return buffer.view(size, size.contiguousStrides(), 0);
    }

    /** 0 up to the diagonal and −∞ right of it. */
    private Tensor triangle(int size) {
        float[] elements = new float[size * size];
        for (int row = 0; row < size; row++) {
            Arrays.fill(elements, row * size + row + 1, (row + 1) * size, Float.NEGATIVE_INFINITY);
        }
        Tensor single = Tensor.of(elements, size, size);
        if (wide == DType.FLOAT32) {
            return single;
        }
        try (single) {
            Tensor result = Tensor.empty(wide, single.shape());
            backend.convert(single, result);
            return result;
        }
    }

    @Override
    public void close() {
        scratch.values().forEach(Tensor::close);
        triangle.close();
        q.close();
        keysAcross.close();
        k.close();
        v.close();
        if (mask != null) {
            mask.close();
        }
    }
}
