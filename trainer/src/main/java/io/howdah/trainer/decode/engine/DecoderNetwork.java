// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.model.lm.BlockShape;
import io.howdah.trainer.model.lm.DecoderWeights;
import io.howdah.trainer.model.lm.LanguageNetwork;
import io.howdah.trainer.model.lm.LinearWeights;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A language model that writes: weights packed once, keys and values cached, no autograd. The network that it was made
 * from is not needed any longer.
 *
 * <p>V tokens, E the width of a position. Used by one thread.
 */
public final class DecoderNetwork {
    private final Compute compute;
    private final DecoderWeights weights;
    private final float[] tokens;
    private final float @Nullable [] positions;
    private final BlockStack blocks;
    private final RowNorm norm;
    private final PackedLinear head;
    private final DecoderRows rows;

    private DecoderNetwork(Compute compute, DecoderWeights weights) {
        this.compute = compute;
        this.weights = weights;
        this.tokens = weights.tokens().toFloats();
        Tensor learnt = weights.positions();
        this.positions = learnt == null ? null : learnt.toFloats();
        this.blocks = new BlockStack(compute, weights.shape(), weights.blocks());
        this.norm = new RowNorm(compute, weights.norm());
        this.head = compute.pack(new LinearWeights(weights.head(), null));
        this.rows = new DecoderRows(width(), vocabulary());
    }

    private DecoderNetwork(DecoderNetwork whole, BlockStack blocks) {
        this.compute = whole.compute;
        this.weights = whole.weights;
        this.tokens = whole.tokens;
        this.positions = whole.positions;
        this.blocks = blocks;
        this.norm = whole.norm;
        this.head = whole.head;
        this.rows = new DecoderRows(width(), vocabulary());
    }

    /**
     * Packs the weights of a network.
     *
     * @throws IllegalArgumentException for a network that is no decoder of the known kinds
     */
    public static DecoderNetwork of(Compute compute, LanguageNetwork network) {
        return new DecoderNetwork(
                compute,
                network.decoderWeights()
                        .orElseThrow(() -> new IllegalArgumentException("Cannot decode: network="
                                + network.getClass().getSimpleName()
                                + ", expected a decoder of causal blocks, such as gpt2 or llama; use another model")));
    }

    /** The first blocks of this network with its last normalisation and its head, sharing the weights: an early exit. */
    public DecoderNetwork first(int count) {
        return new DecoderNetwork(this, blocks.first(count));
    }

    public Compute compute() {
        return compute;
    }

    /** V. */
    public int vocabulary() {
        return head.outputs();
    }

    /** E. */
    public int width() {
        return blocks.width();
    }

    /** Most positions. */
    public int context() {
        return weights.shape().context();
    }

    /** What its blocks have in common. */
    public BlockShape shape() {
        return weights.shape();
    }

    public BlockStack blocks() {
        return blocks;
    }

    /** The normalisation behind the last block. */
    public RowNorm norm() {
        return norm;
    }

    /** From normalised rows to scores of the tokens. */
    public PackedLinear head() {
        return head;
    }

    /** Memory of the weights that a step of decoding reads. */
    public long bytes() {
        return blocks.bytes() + head.bytes();
    }

    /** A cache for its blocks. */
    public KvCache cache(long budgetBytes) {
        return blocks.cache(budgetBytes);
    }

    /** Writes the embedding of a token at a position to the row {@code row} of x [.., E]. */
    public void embed(int token, int position, float[] x, int row) {
        if (token < 0 || token >= vocabulary()) {
            throw new IllegalArgumentException("Cannot decode: token=" + token + ", expected 0 to " + (vocabulary() - 1)
                    + "; tokenise for this model");
        }
        int width = width();
        System.arraycopy(tokens, token * width, x, row * width, width);
        for (int i = 0; positions != null && i < width; i++) {
            x[row * width + i] += positions[position * width + i];
        }
    }

    /** Writes the embedding of a token, without a position, to the row {@code row} of x [.., E]. */
    public void embedToken(int token, float[] x, int row) {
        System.arraycopy(tokens, token * width(), x, row * width(), width());
    }

    /**
     * Runs the nodes of a batch through the whole network and caches their keys and values.
     *
     * @return valid until the next call
     */
    public DecoderRows forward(KvCache cache, NodeBatch batch) {
        rows.fit(batch);
        for (int row = 0; row < batch.rows(); row++) {
            embed(batch.token(row), batch.position(row), rows.residual(), row);
        }
        blocks.forward(cache, batch, rows.residual());
        rows.finish(norm, head);
        return rows;
    }

    @Override
    public String toString() {
        return "DecoderNetwork(vocabulary=" + vocabulary() + ", width=" + width() + ", blocks=" + blocks.size()
                + ", dtype=" + compute.dtype() + ", sizes=" + Arrays.asList(weights.shape()) + ")";
    }
}
