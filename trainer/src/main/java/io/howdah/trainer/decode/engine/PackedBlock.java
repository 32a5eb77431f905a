// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.decode.engine.CachedAttention.Keys;
import io.howdah.trainer.decode.engine.CachedAttention.Rows;
import io.howdah.trainer.kernel.rows.RowKernels;
import io.howdah.trainer.model.lm.BlockShape;
import io.howdah.trainer.model.lm.BlockWeights;
import io.howdah.trainer.model.lm.HiddenActivation;

/** One block with packed weights; see {@link BlockWeights} for the formula. */
final class PackedBlock {
    private final BlockShape shape;
    private final RowKernels kernels;
    private final RowNorm first;
    private final PackedLinear qkv;
    private final PackedLinear out;
    private final RowNorm second;
    private final PackedLinear up;
    private final PackedLinear down;

    PackedBlock(Compute compute, BlockShape shape, BlockWeights weights) {
        this.shape = shape;
        this.kernels = compute.kernels();
        this.first = new RowNorm(compute, weights.first());
        this.qkv = compute.pack(weights.qkv());
        this.out = compute.pack(weights.out());
        this.second = new RowNorm(compute, weights.second());
        this.up = compute.pack(weights.up());
        this.down = compute.pack(weights.down());
    }

    long bytes() {
        return qkv.bytes() + out.bytes() + up.bytes() + down.bytes();
    }

    /** Changes the rows of x [rows, E] in place. */
    void forward(
            BlockBuffers buffers, CachedAttention attention, KvCache cache, int layer, NodeBatch batch, float[] x) {
        int rows = batch.rows();
        first.apply(x, rows, buffers.normalised);
        qkv.multiply(buffers.normalised, rows, buffers.projected);
        attend(buffers, attention, cache, layer, batch);
        out.multiply(buffers.attended, rows, buffers.branch);
        kernels.add(x, 0, buffers.branch, 0, rows * shape.width());
        second.apply(x, rows, buffers.normalised);
        up.multiply(buffers.normalised, rows, buffers.raised);
        down.multiply(activated(buffers, rows), rows, buffers.branch);
        kernels.add(x, 0, buffers.branch, 0, rows * shape.width());
    }

    private void attend(BlockBuffers buffers, CachedAttention attention, KvCache cache, int layer, NodeBatch batch) {
        int rows = batch.rows();
        int keyHeads = shape.keyHeads();
        if (keyHeads % buffers.threads() == 0) {
            // Heads know nothing of each other: a thread need not wait for the others before it reads what it stored.
            buffers.spread(keyHeads, (keyHead, thread) -> {
                attention.store(cache, layer, keyHead, batch, buffers.projected);
                attend(buffers, attention, new Keys(cache, layer, keyHead), new Rows(batch, 0, rows), thread);
            });
            return;
        }
        buffers.spread(keyHeads, (keyHead, thread) -> attention.store(cache, layer, keyHead, batch, buffers.projected));
        int pairs = (rows + 1) / 2;
        buffers.spread(pairs * keyHeads, (item, thread) -> {
            Keys keys = new Keys(cache, layer, item % keyHeads);
            int row = item / keyHeads * 2;
            attend(buffers, attention, keys, new Rows(batch, row, Math.min(rows, row + 2)), thread);
        });
    }

    private static void attend(BlockBuffers buffers, CachedAttention attention, Keys keys, Rows rows, int thread) {
        attention.attend(keys, rows, buffers.projected, buffers.attended, buffers.scratch[thread]);
    }

    private float[] activated(BlockBuffers buffers, int rows) {
        int hidden = shape.hidden();
        if (shape.activation() == HiddenActivation.SWIGLU) {
            buffers.spread(
                    rows,
                    (row, thread) ->
                            kernels.swiGlu(buffers.raised, 2 * row * hidden, hidden, buffers.hidden, row * hidden));
            return buffers.hidden;
        }
        buffers.spread(rows, (row, thread) -> {
            if (shape.activation() == HiddenActivation.GELU_TANH) {
                kernels.geluTanh(buffers.raised, row * hidden, hidden);
            } else {
                kernels.geluErf(buffers.raised, row * hidden, hidden);
            }
        });
        return buffers.raised;
    }
}
