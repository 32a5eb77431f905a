// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention in blocks: some heads and some queries at a time, with all keys that these can see, so that the scores stay
 * in the processor's cache and softmax needs no second pass. Backward computes the scores of each block again. A causal
 * block leaves out the keys behind its last query.
 */
final class FusedAttention implements AutoCloseable {
    /** Scores of a block: what second-level caches hold beside the operands. */
    private static final long BLOCK_ELEMENTS = 1 << 18;

    /** Queries of a causal block: fewer leave out more keys, more make better matrix products. */
    private static final long CAUSAL_ROWS = 128;

    private static final long FEWEST_ROWS = 16;

    /** What a scratch buffer holds. */
    private enum Role {
        SCORES,
        WEIGHTS,
        SLOPES,
        FACTORS,
        DROPOUT,
        KEY_SUMS,
        VALUE_SUMS,
        ADDEND
    }

    /** Some heads of one batch. */
    private record Piece(long batch, long head, long heads) {}

    /** Some queries, and how many keys they see. */
    private record Block(long first, long rows, long seen) {}

    /** Handles the blocks of one piece, last queries first. */
    private interface Handler {
        void handle(Piece piece, Block block);
    }

    private final Backend backend = Backends.current();
    private final Map<Role, Tensor> scratch = new EnumMap<>(Role.class);
    private final Tensor q;
    private final Tensor k;
    private final Tensor v;
    private final @Nullable AttentionMask mask;
    private final Attention.Settings settings;
    private final @Nullable AttentionDropout dropout;
    private final DType wide;
    private final long queries;
    private final long keys;
    private final long heads;
    private final long rows;
    private final long chunk;
    private final Tensor triangle;

    /**
     * @param q […, L, E]
     * @param k […, S, E], leading dimensions as in {@code q}
     * @param v […, S, F]
     * @param mask closed with this
     */
    FusedAttention(Tensor q, Tensor k, Tensor v, @Nullable AttentionMask mask, Attention.Settings settings) {
        this.q = q;
        this.k = k;
        this.v = v;
        this.mask = mask;
        this.settings = settings;
        this.dropout = AttentionDropout.of(settings);
        this.wide = wide(q.dtype());
        this.queries = q.size(-2);
        this.keys = k.size(-2);
        this.heads = q.shape().rank() > 2 ? q.size(-3) : 1;
        long fitting = Math.max(FEWEST_ROWS, BLOCK_ELEMENTS / Math.max(1, keys));
        this.rows = Math.max(1, Math.min(queries, settings.causal() ? Math.min(CAUSAL_ROWS, fitting) : fitting));
        this.chunk = Math.max(1, Math.min(heads, BLOCK_ELEMENTS / Math.max(1, rows * keys)));
        this.triangle = triangle(settings.causal() ? rows : 0);
    }

    /** The dtype of scores: 16-bit inputs have theirs in float32. */
    static DType wide(DType dtype) {
        return dtype.bytes() == 2 ? DType.FLOAT32 : dtype;
    }

    /** Writes the result to {@code out}, […, L, F]. */
    void forward(Tensor out) {
        if (keys == 0) {
            backend.fill(out, 0);
            return;
        }
        forEachBlock((piece, block) -> {
            Tensor weights = weights(piece, block);
            if (dropout != null) {
                backend.binary(
                        Binary.MULTIPLY, weights, dropout.next(weights.shape(), dropoutScratch(weights)), weights);
            }
            backend.matmul(factors(weights), part(v, piece, 0, block.seen()), null, rowsOf(out, piece, block));
        });
    }

    /** Writes the gradients; those of keys that no query sees are 0. */
    void backward(Tensor gradOut, Tensor gradQ, Tensor gradK, Tensor gradV) {
        if (keys == 0 || queries == 0) {
            backend.fill(gradQ, 0);
            backend.fill(gradK, 0);
            backend.fill(gradV, 0);
            return;
        }
        forEachBlock((piece, block) -> {
            Tensor gradient = rowsOf(gradOut, piece, block);
            Tensor weights = weights(piece, block);
            Tensor slopes = scratch(Role.SLOPES, wide, weights.shape());
            backend.matmul(gradient, Views.swapped(part(v, piece, 0, block.seen())), null, slopes);
            Tensor kept = weights;
            if (dropout != null) {
                Tensor mask = dropout.next(weights.shape(), dropoutScratch(weights));
                backend.binary(Binary.MULTIPLY, slopes, mask, slopes);
                backend.binary(Binary.MULTIPLY, weights, mask, mask);
                kept = mask;
            }
            addProduct(factors(kept), gradient, Role.VALUE_SUMS, piece, block, gradV);
            backend.softmaxGrad(false, weights, slopes, slopes);
            backend.scale(slopes, settings.scale(), 0, slopes);
            Tensor narrow = factors(slopes);
            backend.matmul(narrow, part(k, piece, 0, block.seen()), null, rowsOf(gradQ, piece, block));
            addProduct(narrow, rowsOf(q, piece, block), Role.KEY_SUMS, piece, block, gradK);
        });
    }

    /** The dropout's factors of all weights; for the recorded formula alone. */
    Tensor dropoutFactors() {
        Shape shape = q.shape();
        long[] sizes = shape.sizes();
        sizes[sizes.length - 1] = keys;
        Tensor factors = Tensor.zeros(wide, Shape.of(sizes));
        forEachBlock((piece, block) -> {
            Shape size = Shape.of(piece.heads(), block.rows(), block.seen());
            if (dropout != null) {
                Tensor drawn = dropout.next(size, scratch(Role.DROPOUT, wide, size));
                Tensor target = rowsOf(factors, piece, block);
                backend.convert(drawn, columns(target, 0, block.seen()));
            }
        });
        return factors;
    }

    private void forEachBlock(Handler handler) {
        long batches = 1;
        for (int d = 0; d < q.shape().rank() - 3; d++) {
            batches *= q.size(d);
        }
        if (queries == 0) {
            return;
        }
        for (long batch = 0; batch < batches; batch++) {
            for (long head = 0; head < heads; head += chunk) {
                Piece piece = new Piece(batch, head, Math.min(chunk, heads - head));
                for (long first = (queries - 1) / rows * rows; first >= 0; first -= rows) {
                    long end = Math.min(queries, first + rows);
                    long seen = settings.causal() ? Math.min(keys, end) : keys;
                    handler.handle(piece, new Block(first, end - first, seen));
                }
            }
        }
    }

    /** The softmax of the scores of a block, [heads, rows, seen]. */
    private Tensor weights(Piece piece, Block block) {
        Tensor scores = scratch(Role.SCORES, wide, Shape.of(piece.heads(), block.rows(), block.seen()));
        backend.matmul(rowsOf(q, piece, block), Views.swapped(part(k, piece, 0, block.seen())), null, scores);
        backend.scale(scores, settings.scale(), 0, scores);
        long diagonal = block.seen() - block.first();
        if (settings.causal() && diagonal > 0) {
            Tensor corner = columns(scores, block.first(), diagonal);
            long[] strides = {0, triangle.stride(0), 1};
            backend.binary(Binary.ADD, corner, triangle.subview(corner.shape(), strides, 0), corner);
        }
        if (mask != null) {
            Tensor addend = columns(rowsOf(mask.addend(), piece, block), 0, block.seen());
            backend.binary(Binary.ADD, scores, addend, scores);
        }
        // Not in place, where not-a-numbers would have to be looked for first.
        Tensor weights = scratch(Role.WEIGHTS, wide, scores.shape());
        backend.softmax(false, scores, weights);
        if (mask != null && mask.blank() != null) {
            try (Tensor zero = Tensor.scalar(wide, 0)) {
                Tensor blank = Broadcast.expand("attention", rowsOf(mask.blank(), piece, block), scores.shape());
                backend.where(blank, Broadcast.expand("attention", zero, scores.shape()), weights, weights);
            }
        }
        return weights;
    }

    /** Adds leftᵀ · right to the gradient of the keys or values; the block of the last queries comes first. */
    private void addProduct(Tensor left, Tensor right, Role sums, Piece piece, Block block, Tensor gradient) {
        Tensor target = part(gradient, piece, 0, keys);
        Tensor transposed = Views.swapped(left);
        boolean last = block.first() + block.rows() == queries;
        if (last && block.seen() < keys) {
            backend.fill(part(gradient, piece, block.seen(), keys - block.seen()), 0);
        }
        if (last && block.first() == 0) {
            backend.matmul(transposed, right, null, part(gradient, piece, 0, block.seen()));
            return;
        }
        Shape shape = Shape.of(piece.heads(), block.seen(), gradient.size(-1));
        if (last) {
            backend.matmul(transposed, right, null, sumsOf(sums, piece, block.seen(), target));
        } else {
            Tensor addend = scratch(Role.ADDEND, wide, shape);
            backend.matmul(transposed, right, null, addend);
            Tensor total = sumsOf(sums, piece, block.seen(), target);
            backend.binary(Binary.ADD, total, addend, total);
        }
        if (block.first() == 0) {
            long seen = settings.causal() ? Math.min(keys, queries) : keys;
            backend.convert(sumsOf(sums, piece, seen, target), part(gradient, piece, 0, seen));
        }
    }

    /** The first rows of the sums of all keys. */
    private Tensor sumsOf(Role role, Piece piece, long count, Tensor like) {
        Tensor sums = scratch(role, wide, Shape.of(piece.heads(), keys, like.size(-1)));
        return sums.subview(Shape.of(piece.heads(), count, like.size(-1)), sums.strides(), 0);
    }

    private Tensor factors(Tensor weights) {
        if (q.dtype() == wide) {
            return weights;
        }
        Tensor factors = scratch(Role.FACTORS, q.dtype(), weights.shape());
        backend.convert(weights, factors);
        return factors;
    }

    private Tensor dropoutScratch(Tensor weights) {
        return scratch(Role.DROPOUT, wide, weights.shape());
    }

    private Tensor rowsOf(Tensor x, Piece piece, Block block) {
        return part(x, piece, block.first(), block.rows());
    }

    private static Tensor columns(Tensor x, long first, long count) {
        Shape shape = Shape.of(x.size(0), x.size(1), count);
        return x.subview(shape, x.strides(), first * x.stride(2));
    }

    /** Some rows of the matrices of a piece, [heads, rows, columns]. */
    private static Tensor part(Tensor x, Piece piece, long first, long count) {
        int batchRank = x.shape().rank() - 2;
        long offset = first * x.stride(-2);
        long headStride = 0;
        if (batchRank > 0) {
            headStride = x.stride(batchRank - 1);
            offset += piece.head() * headStride;
        }
        long rest = piece.batch();
        for (int d = batchRank - 2; d >= 0; d--) {
            offset += rest % x.size(d) * x.stride(d);
            rest /= x.size(d);
        }
        long[] strides = {headStride, x.stride(-2), x.stride(-1)};
        return x.subview(Shape.of(piece.heads(), count, x.size(-1)), strides, offset);
    }

    /** A contiguous buffer that is used again and again; the first use of a role is its largest. */
    private Tensor scratch(Role role, DType dtype, Shape shape) {
        Tensor buffer = scratch.get(role);
        if (buffer == null || buffer.elements() < shape.elements()) {
            if (buffer != null) {
                buffer.close();
            }
            buffer = Tensor.empty(dtype, Shape.of(shape.elements()));
            scratch.put(role, buffer);
        }
        return buffer.view(shape, shape.contiguousStrides(), 0);
    }

    /** 0 up to the diagonal and −∞ right of it. */
    private Tensor triangle(long size) {
        Tensor result = Tensor.zeros(wide, Shape.of(size, size));
        for (long row = 0; row < size - 1; row++) {
            Shape tail = Shape.of(size - row - 1);
            backend.fill(result.subview(tail, new long[] {1}, row * size + row + 1), Double.NEGATIVE_INFINITY);
        }
        return result;
    }

    @Override
    public void close() {
        scratch.values().forEach(Tensor::close);
        triangle.close();
        if (mask != null) {
            mask.close();
        }
    }
}
