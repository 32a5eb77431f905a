// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowKernels;
import io.howdah.trainer.model.lm.BlockShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Attention of rows over what their paths have cached, one head of keys after the other. The positions of a path are read
 * in their logical order, wherever their slots are, so that a node's result has the bits of a plain sequence.
 */
final class CachedAttention {
    private final RowKernels kernels;
    private final BlockShape shape;
    private final float @Nullable [] cosines;
    private final float @Nullable [] sines;

    /** One head of keys of one layer. */
    record Keys(KvCache cache, int layer, int head) {
        int keysAt() {
            return cache.keysAt(layer, head);
        }

        int valuesAt() {
            return cache.valuesAt(layer, head);
        }
    }

    /** Working memory of one thread. */
    static final class Scratch {
        private float[] scores = new float[4 * KvCache.PAGE];
        private int[] slots = new int[16];
        private float[] moved = new float[16];

        private void fit(int positions, int path) {
            if (scores.length < positions + RowKernels.LANES) {
                scores = new float[2 * positions + RowKernels.LANES];
            }
            if (slots.length < path) {
                slots = new int[2 * path];
                moved = new float[2 * path];
            }
        }
    }

    CachedAttention(RowKernels kernels, BlockShape shape) {
        this.kernels = kernels;
        this.shape = shape;
        this.cosines = shape.angles() == null ? null : shape.angles().cosines().toFloats();
        this.sines = shape.angles() == null ? null : shape.angles().sines().toFloats();
    }

    /** Turns queries and keys of a head of keys and stores its keys and values, for all rows. */
    void store(KvCache cache, int layer, int keyHead, NodeBatch batch, float[] qkv) {
        int width = shape.headWidth();
        int group = shape.heads() / shape.keyHeads();
        int line = (shape.heads() + 2 * shape.keyHeads()) * width;
        for (int row = 0; row < batch.rows(); row++) {
            int position = batch.position(row);
            int at = row * line;
            int key = at + (shape.heads() + keyHead) * width;
            for (int head = keyHead * group; head < (keyHead + 1) * group; head++) {
                turn(qkv, at + head * width, position);
            }
            turn(qkv, key, position);
            CachedSequence sequence = batch.sequence(row);
            int slot = sequence.slot(batch.node(row));
            float[] page = sequence.page(slot);
            int place = slot % KvCache.PAGE;
            int keys = cache.keysAt(layer, keyHead);
            for (int d = 0; d < width; d++) {
                page[keys + cache.key(place, d)] = qkv[key + d];
            }
            int value = key + shape.keyHeads() * width;
            System.arraycopy(qkv, value, page, cache.valuesAt(layer, keyHead) + place * width, width);
        }
    }

    private void turn(float[] x, int at, int position) {
        if (cosines == null || sines == null) {
            return;
        }
        int half = shape.headWidth() / 2;
        for (int i = 0; i < half; i++) {
            float cosine = cosines[position * half + i];
            float sine = sines[position * half + i];
            float a = x[at + i];
            float b = x[at + half + i];
            x[at + i] = a * cosine - b * sine;
            x[at + half + i] = b * cosine + a * sine;
        }
    }

    /** Attention of the queries of one head of keys of one row, into out [rows, H·D]. */
    void attend(Keys keys, NodeBatch batch, int row, float[] qkv, float[] out, Scratch scratch) {
        CachedSequence sequence = batch.sequence(row);
        int node = batch.node(row);
        int committed = sequence.committed();
        int path = sequence.pathLength(node);
        boolean straight = path == node + 1;
        int last = straight ? committed + path : committed + node + 1;
        scratch.fit((last + KvCache.PAGE - 1) / KvCache.PAGE * KvCache.PAGE, path);
        if (!straight) {
            sequence.path(node, scratch.slots);
        }
        int width = shape.headWidth();
        int group = shape.heads() / shape.keyHeads();
        int line = (shape.heads() + 2 * shape.keyHeads()) * width;
        for (int head = keys.head() * group; head < (keys.head() + 1) * group; head++) {
            scores(keys.keysAt(), sequence, last, qkv, row * line + head * width, scratch);
            if (!straight) {
                for (int i = 0; i < path; i++) {
                    scratch.moved[i] = scratch.scores[scratch.slots[i]];
                }
                System.arraycopy(scratch.moved, 0, scratch.scores, committed, path);
            }
            int count = committed + path;
            float sum = kernels.exponentials(scratch.scores, count);
            int outAt = (row * shape.heads() + head) * width;
            Arrays.fill(out, outAt, outAt + width, 0);
            int valuesAt = keys.valuesAt();
            values(sequence, straight ? count : committed, valuesAt, scratch.scores, out, outAt);
            for (int i = 0; !straight && i < path; i++) {
                int slot = scratch.slots[i];
                int at = valuesAt + slot % KvCache.PAGE * width;
                kernels.accumulate(scratch.scores, committed + i, 1, sequence.page(slot), at, width, out, outAt);
            }
            kernels.scale(out, outAt, width, 1 / sum);
        }
    }

    private void scores(int keysAt, CachedSequence sequence, int last, float[] q, int qAt, Scratch scratch) {
        float scale = (float) (1 / Math.sqrt(shape.headWidth()));
        for (int from = 0; from < last; from += KvCache.PAGE) {
            int lanes = RowKernels.LANES;
            int count = Math.min(KvCache.PAGE, (last - from + lanes - 1) / lanes * lanes);
            kernels.scores(q, qAt, sequence.page(from), keysAt, shape.headWidth(), count, scale, scratch.scores, from);
        }
    }

    private void values(CachedSequence sequence, int count, int valuesAt, float[] weights, float[] out, int outAt) {
        for (int from = 0; from < count; from += KvCache.PAGE) {
            int here = Math.min(KvCache.PAGE, count - from);
            kernels.accumulate(weights, from, here, sequence.page(from), valuesAt, shape.headWidth(), out, outAt);
        }
    }
}
