// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowKernels;
import io.howdah.trainer.model.lm.BlockShape;
import java.util.Arrays;
import java.util.Objects;
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

    /** The rows {@code from} to {@code to} of a batch. */
    record Rows(NodeBatch batch, int from, int to) {}

    /** Working memory of one thread: that of one or two rows of a sequence. */
    static final class Scratch {
        private final RowScratch first = new RowScratch();
        private final RowScratch second = new RowScratch();
        private @Nullable CachedSequence sequence;
        private boolean paired;

        /** How many rows from this one on are computed together. */
        private int begin(Rows rows, int row) {
            NodeBatch batch = rows.batch();
            sequence = batch.sequence(row);
            paired = row + 1 < rows.to() && sequence == batch.sequence(row + 1);
            int count = paired ? 2 : 1;
            int last = sequence.committed() + batch.node(row) + count;
            first.begin(batch, row, last);
            if (paired) {
                second.begin(batch, row + 1, last);
            }
            return count;
        }

        private CachedSequence sequence() {
            return Objects.requireNonNull(sequence);
        }
    }

    /** One row's scores, and what its path is made of. */
    private static final class RowScratch {
        private float[] scores = new float[4 * KvCache.PAGE];
        private int[] slots = new int[16];
        private float[] moved = new float[16];
        private int row;
        private int last;
        private int path;
        /** Whether the path's slots follow each other behind the committed ones. */
        private boolean straight;

        /** @param newLast slots that scores are made of */
        private void begin(NodeBatch batch, int newRow, int newLast) {
            CachedSequence sequence = batch.sequence(newRow);
            int node = batch.node(newRow);
            row = newRow;
            last = newLast;
            path = sequence.pathLength(node);
            straight = path == node + 1;
            int pages = (last + KvCache.PAGE - 1) / KvCache.PAGE;
            if (scores.length < pages * KvCache.PAGE + RowKernels.LANES) {
                scores = new float[2 * pages * KvCache.PAGE + RowKernels.LANES];
            }
            if (!straight) {
                if (slots.length < path) {
                    slots = new int[2 * path];
                    moved = new float[2 * path];
                }
                sequence.path(node, slots);
            }
        }

        /** Puts the scores of the path behind those of the committed slots. */
        private void gather(int committed) {
            if (!straight) {
                for (int i = 0; i < path; i++) {
                    moved[i] = scores[slots[i]];
                }
                System.arraycopy(moved, 0, scores, committed, path);
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

    /**
     * Attention of the queries of one head of keys, into out [rows, H·D]. Two rows that follow each other in a sequence read
     * its cache together.
     */
    void attend(Keys keys, Rows rows, float[] qkv, float[] out, Scratch scratch) {
        int group = shape.heads() / shape.keyHeads();
        for (int row = rows.from(); row < rows.to(); ) {
            int count = scratch.begin(rows, row);
            for (int head = keys.head() * group; head < (keys.head() + 1) * group; head++) {
                attend(keys, head, qkv, out, scratch);
            }
            row += count;
        }
    }

    private void attend(Keys keys, int head, float[] qkv, float[] out, Scratch scratch) {
        CachedSequence sequence = scratch.sequence();
        int committed = sequence.committed();
        scores(keys.keysAt(), head, qkv, scratch);
        float firstSum = weights(committed, head, scratch.first, out);
        float secondSum = scratch.paired ? weights(committed, head, scratch.second, out) : 1;
        committedValues(keys.valuesAt(), head, scratch, out);
        finish(keys.valuesAt(), sequence, head, scratch.first, firstSum, out);
        if (scratch.paired) {
            finish(keys.valuesAt(), sequence, head, scratch.second, secondSum, out);
        }
    }

    /** Whole pages, also of the last one, whose keys behind the last slot nobody reads the scores of. */
    private void scores(int keysAt, int head, float[] qkv, Scratch scratch) {
        int width = shape.headWidth();
        float scale = (float) (1 / Math.sqrt(width));
        RowScratch first = scratch.first;
        RowScratch second = scratch.second;
        int at = queryAt(first.row, head);
        for (int from = 0; from < first.last; from += KvCache.PAGE) {
            float[] page = scratch.sequence().page(from);
            if (scratch.paired) {
                int secondAt = queryAt(second.row, head);
                kernels.scoresOfPair(
                        qkv, at, secondAt, page, keysAt, width, KvCache.PAGE, scale, first.scores, second.scores, from);
            } else {
                kernels.scores(qkv, at, page, keysAt, width, KvCache.PAGE, scale, first.scores, from);
            }
        }
    }

    private int queryAt(int row, int head) {
        return (row * (shape.heads() + 2 * shape.keyHeads()) + head) * shape.headWidth();
    }

    private int outAt(int row, int head) {
        return (row * shape.heads() + head) * shape.headWidth();
    }

    /** Makes weights of scores, begins with sums of 0, and returns what the weights add up to. */
    private float weights(int committed, int head, RowScratch row, float[] out) {
        row.gather(committed);
        int outAt = outAt(row.row, head);
        Arrays.fill(out, outAt, outAt + shape.headWidth(), 0);
        return kernels.exponentials(row.scores, committed + row.path);
    }

    private void committedValues(int valuesAt, int head, Scratch scratch, float[] out) {
        int width = shape.headWidth();
        int committed = scratch.sequence().committed();
        float[] first = scratch.first.scores;
        float[] second = scratch.second.scores;
        int at = outAt(scratch.first.row, head);
        for (int from = 0; from < committed; from += KvCache.PAGE) {
            int here = Math.min(KvCache.PAGE, committed - from);
            float[] page = scratch.sequence().page(from);
            if (scratch.paired) {
                int secondAt = outAt(scratch.second.row, head);
                kernels.accumulatePair(first, second, from, here, page, valuesAt, width, out, at, secondAt);
            } else {
                kernels.accumulate(first, from, here, page, valuesAt, width, out, at);
            }
        }
    }

    /** Adds the values of the path, in its order, and divides. */
    private void finish(int valuesAt, CachedSequence sequence, int head, RowScratch row, float sum, float[] out) {
        int width = shape.headWidth();
        int committed = sequence.committed();
        int outAt = outAt(row.row, head);
        for (int i = 0; i < row.path; ) {
            int slot = row.straight ? committed + i : row.slots[i];
            int place = slot % KvCache.PAGE;
            int here = row.straight ? Math.min(row.path - i, KvCache.PAGE - place) : 1;
            int at = valuesAt + place * width;
            kernels.accumulate(row.scores, committed + i, here, sequence.page(slot), at, width, out, outAt);
            i += here;
        }
        kernels.scale(out, outAt, width, 1 / sum);
    }
}
