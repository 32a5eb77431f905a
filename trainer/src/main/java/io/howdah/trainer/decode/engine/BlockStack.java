// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.model.lm.BlockShape;
import io.howdah.trainer.model.lm.BlockWeights;
import java.util.List;

/**
 * Blocks with packed weights, to be run over hidden rows with a cache of their own: the trunk of a decoder, or the layer
 * of a head that drafts.
 */
public final class BlockStack {
    private final BlockShape shape;
    private final List<PackedBlock> blocks;
    private final CachedAttention attention;
    private final BlockBuffers buffers;

    public BlockStack(Compute compute, BlockShape shape, List<BlockWeights> weights) {
        this(
                shape,
                weights.stream()
                        .map(block -> new PackedBlock(compute, shape, block))
                        .toList(),
                new CachedAttention(compute.kernels(), shape),
                new BlockBuffers(shape, compute.team()));
    }

    private BlockStack(BlockShape shape, List<PackedBlock> blocks, CachedAttention attention, BlockBuffers buffers) {
        this.shape = shape;
        this.blocks = blocks;
        this.attention = attention;
        this.buffers = buffers;
    }

    /** The first blocks of these, sharing their weights. */
    public BlockStack first(int count) {
        if (count < 1 || count > blocks.size()) {
            throw new IllegalArgumentException(
                    "Cannot take blocks: count=" + count + ", expected 1 to " + blocks.size() + "; correct the count");
        }
        return new BlockStack(shape, blocks.subList(0, count), attention, buffers);
    }

    /** A cache for these blocks. */
    public KvCache cache(long budgetBytes) {
        return new KvCache(blocks.size(), shape.keyHeads(), shape.headWidth(), shape.context(), budgetBytes);
    }

    /** E. */
    public int width() {
        return shape.width();
    }

    public int size() {
        return blocks.size();
    }

    /** Memory of the weights. */
    public long bytes() {
        return blocks.stream().mapToLong(PackedBlock::bytes).sum();
    }

    /**
     * Runs all blocks over the rows of x in place and caches their keys and values. The bits of a row depend on the rows
     * of its own path alone.
     *
     * @param cache the one that the batch's sequences were opened in, made by {@link #cache}
     * @param x [batch.rows(), E], or more
     */
    public void forward(KvCache cache, NodeBatch batch, float[] x) {
        if (cache.layers() != blocks.size() || cache.headWidth() != shape.headWidth()) {
            throw new IllegalArgumentException("Cannot run blocks: cache of " + cache.layers() + " layers, expected "
                    + blocks.size() + "; use a cache that these blocks made");
        }
        buffers.fit(batch.rows());
        for (int layer = 0; layer < blocks.size(); layer++) {
            blocks.get(layer).forward(buffers, attention, cache, layer, batch, x);
        }
    }
}
