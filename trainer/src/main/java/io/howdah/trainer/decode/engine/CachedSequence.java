// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keys and values of one sequence: a chain of committed positions, and behind it a tree of pending nodes, each in a slot
 * of its own. A forward appends nodes; then some path of them is {@linkplain #accept accepted} and the rest forgotten.
 * Keys carry the positions of their depth, so that moving slots is exact.
 */
public final class CachedSequence implements AutoCloseable {
    /** Parent of nodes that follow the last committed position. */
    public static final int COMMITTED = -1;

    private final KvCache cache;
    private final int capacity;
    private final List<float[]> pages = new ArrayList<>();
    private int committed;
    private int pending;
    private int[] parents = new int[8];
    private int[] depths = new int[8];
    private boolean open = true;

    CachedSequence(KvCache cache, int capacity) {
        this.cache = cache;
        this.capacity = capacity;
    }

    /** Committed positions. */
    public int committed() {
        return committed;
    }

    /** Nodes behind them. */
    public int pending() {
        return pending;
    }

    /** Most slots. */
    public int capacity() {
        return capacity;
    }

    /**
     * A slot for a new node, which the next forward fills.
     *
     * @param parent number of an older pending node, or {@link #COMMITTED}
     * @return its number among the pending nodes
     * @throws IllegalStateException if the reserved slots are used up, or the position is behind the context
     */
    int append(int parent) {
        if (parent < COMMITTED || parent >= pending) {
            throw new IllegalArgumentException("Cannot append a node: parent=" + parent + ", expected " + COMMITTED
                    + " to " + (pending - 1) + "; append parents first");
        }
        int depth = parent == COMMITTED ? 0 : depths[parent] + 1;
        if (!open || committed + pending >= capacity || committed + depth >= cache.context()) {
            throw new IllegalStateException("Cannot append a node: committed=" + committed + " pending=" + pending
                    + " depth=" + depth + " open=" + open + ", expected fewer than " + capacity
                    + " slots and a position below " + cache.context()
                    + "; reserve more slots, or end the sequence");
        }
        if (pending == parents.length) {
            parents = Arrays.copyOf(parents, 2 * pending);
            depths = Arrays.copyOf(depths, 2 * pending);
        }
        parents[pending] = parent;
        depths[pending] = depth;
        if (committed + pending == pages.size() * KvCache.PAGE) {
            pages.add(cache.page());
        }
        return pending++;
    }

    /** Position of a pending node: how many tokens precede it on its path. */
    public int position(int node) {
        return committed + depths[node];
    }

    /**
     * Commits a path and forgets all other pending nodes.
     *
     * @param path numbers of pending nodes; the first one follows the last committed position, each other one its
     *     predecessor; may be empty
     */
    public void accept(int... path) {
        int parent = COMMITTED;
        for (int node : path) {
            if (node < 0 || node >= pending || parents[node] != parent) {
                throw new IllegalArgumentException(
                        "Cannot accept: path=" + Arrays.toString(path) + " pending=" + pending
                                + ", expected a path from a child of the last committed position; follow the parents");
            }
            parent = node;
        }
        for (int i = 0; i < path.length; i++) {
            int from = committed + path[i];
            int to = committed + i;
            if (from != to) {
                cache.move(page(from), from % KvCache.PAGE, page(to), to % KvCache.PAGE);
            }
        }
        committed += path.length;
        pending = 0;
    }

    /** Commits the first pending nodes, which are a chain, and forgets the others. */
    public void acceptChain(int nodes) {
        int[] path = new int[nodes];
        Arrays.setAll(path, i -> i);
        accept(path);
    }

    /** Forgets pending nodes and the committed positions from {@code length} on. */
    public void truncate(int length) {
        if (length < 0 || length > committed) {
            throw new IllegalArgumentException(
                    "Cannot truncate: length=" + length + ", expected 0 to " + committed + "; correct the length");
        }
        committed = length;
        pending = 0;
    }

    /** How many of a node's ancestors, itself included, are pending: its depth and one. */
    int pathLength(int node) {
        return depths[node] + 1;
    }

    /** Slots of the pending ancestors of a node, itself last. */
    void path(int node, int[] slots) {
        int at = depths[node];
        for (int i = node; i != COMMITTED; i = parents[i]) {
            slots[at--] = committed + i;
        }
    }

    int slot(int node) {
        return committed + node;
    }

    float[] page(int slot) {
        return pages.get(slot / KvCache.PAGE);
    }

    /** Keys and values of all committed positions, for comparisons: [layer][head][key, value][position][D]. */
    float[] committedElements() {
        int width = cache.headWidth();
        float[] all = new float[2 * cache.layers() * cache.keyHeads() * committed * width];
        int next = 0;
        for (int layer = 0; layer < cache.layers(); layer++) {
            for (int head = 0; head < cache.keyHeads(); head++) {
                for (int slot = 0; slot < committed; slot++) {
                    int place = slot % KvCache.PAGE;
                    for (int d = 0; d < width; d++) {
                        all[next++] = page(slot)[cache.keysAt(layer, head) + cache.key(place, d)];
                        all[next++] = page(slot)[cache.valuesAt(layer, head) + place * width + d];
                    }
                }
            }
        }
        return all;
    }

    /** Gives the memory back. Closing twice does nothing. */
    @Override
    public void close() {
        if (open) {
            open = false;
            cache.giveBack(pages, capacity);
            pages.clear();
            committed = 0;
            pending = 0;
        }
    }
}
