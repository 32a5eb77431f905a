// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.rows.RowKernels;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keys and values of the blocks of a {@link BlockStack}, for many sequences, in pages of {@value #PAGE} positions.
 * Sequences reserve pages when they are {@linkplain #open opened}, so that none runs out of memory later. Used by one thread.
 */
public final class KvCache {
    /** Positions of a page. */
    public static final int PAGE = 4 * RowKernels.LANES;

    private final int layers;
    private final int keyHeads;
    private final int headWidth;
    private final int context;
    private final long pages;
    private final Deque<float[]> free = new ArrayDeque<>();
    private long reserved;

    KvCache(int layers, int keyHeads, int headWidth, int context, long budgetBytes) {
        this.layers = layers;
        this.keyHeads = keyHeads;
        this.headWidth = headWidth;
        this.context = context;
        this.pages = budgetBytes / pageBytes();
        if (pages < 1 || pageFloats() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Cannot make a cache: budgetBytes=" + budgetBytes + " pageBytes="
                    + pageBytes() + ", expected room for a page of fewer than 2^31 elements; raise the budget");
        }
    }

    private long pageFloats() {
        return 2L * layers * keyHeads * headWidth * PAGE;
    }

    /** Memory of a page. */
    public long pageBytes() {
        return pageFloats() * Float.BYTES;
    }

    /** Memory that a sequence of so many positions takes. */
    public long bytes(int positions) {
        return pagesOf(positions) * pageBytes();
    }

    private static long pagesOf(int positions) {
        return ((long) positions + PAGE - 1) / PAGE;
    }

    /** Whether a sequence of so many positions can be opened now. */
    public boolean hasRoomFor(int positions) {
        return reserved + pagesOf(positions) <= pages;
    }

    /** Memory that open sequences have reserved. */
    public long reservedBytes() {
        return reserved * pageBytes();
    }

    /** Most positions of the model: none is appended behind them. */
    public int context() {
        return context;
    }

    /**
     * An empty sequence.
     *
     * @param positions most positions that it will hold at a time, drafts included
     * @throws IllegalStateException if there is no room
     */
    public CachedSequence open(int positions) {
        if (!hasRoomFor(positions)) {
            throw new IllegalStateException("Cannot open a sequence: positions=" + positions + " reservedBytes="
                    + reservedBytes() + ", expected at most " + (pages - reserved) * PAGE
                    + " positions; close sequences or raise the budget");
        }
        reserved += pagesOf(positions);
        return new CachedSequence(this, positions);
    }

    void giveBack(Iterable<float[]> used, int positions) {
        used.forEach(free::push);
        reserved -= pagesOf(positions);
    }

    float[] page() {
        float[] page = free.poll();
        return page == null ? new float[Math.toIntExact(pageFloats())] : page;
    }

    /** First of the keys of a head of a layer in a page: blocks [D][{@value RowKernels#LANES}]; values follow. */
    int keysAt(int layer, int keyHead) {
        return (layer * keyHeads + keyHead) * 2 * headWidth * PAGE;
    }

    /** First of the values, [PAGE, D]. */
    int valuesAt(int layer, int keyHead) {
        return keysAt(layer, keyHead) + headWidth * PAGE;
    }

    int layers() {
        return layers;
    }

    int keyHeads() {
        return keyHeads;
    }

    int headWidth() {
        return headWidth;
    }

    /** Copies keys and values of one position over those of another. */
    void move(float[] from, int fromPlace, float[] to, int toPlace) {
        for (int layer = 0; layer < layers; layer++) {
            for (int head = 0; head < keyHeads; head++) {
                int keys = keysAt(layer, head);
                for (int d = 0; d < headWidth; d++) {
                    to[keys + key(toPlace, d)] = from[keys + key(fromPlace, d)];
                }
                int values = valuesAt(layer, head);
                System.arraycopy(from, values + fromPlace * headWidth, to, values + toPlace * headWidth, headWidth);
            }
        }
    }

    /** Distance of element d of the key at a place of a page from the first key of the page. */
    int key(int place, int d) {
        int lanes = RowKernels.LANES;
        return place / lanes * lanes * headWidth + d * lanes + place % lanes;
    }
}
