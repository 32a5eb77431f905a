// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drafted tokens behind the last token of a sequence: a chain, or a tree whose siblings are alternatives for one position.
 * The root, which is not part of it, is the last token itself.
 */
public final class DraftTree {
    /** Parent of nodes that follow the last token. */
    public static final int ROOT = -1;

    private int[] tokens = new int[8];
    private int[] parents = new int[8];
    private int[] depths = new int[8];
    private final List<double @Nullable []> drawnFrom = new ArrayList<>();

    /** Empties it. */
    public void clear() {
        drawnFrom.clear();
    }

    /** Adds a token that was chosen, not drawn. */
    public int add(int parent, int token) {
        return add(parent, token, null);
    }

    /**
     * @param parent number of an older node, or {@link #ROOT}
     * @param distribution [V], exactly the probabilities that the token was drawn from, given the siblings before it; null
     *     for a token that was chosen
     * @return number of the node
     */
    public int add(int parent, int token, double @Nullable [] distribution) {
        int node = drawnFrom.size();
        if (parent < ROOT || parent >= node) {
            throw new IllegalArgumentException("Cannot add a draft: parent=" + parent + ", expected " + ROOT + " to "
                    + (node - 1) + "; add parents first");
        }
        if (node == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * node);
            parents = Arrays.copyOf(parents, 2 * node);
            depths = Arrays.copyOf(depths, 2 * node);
        }
        tokens[node] = token;
        parents[node] = parent;
        depths[node] = parent == ROOT ? 1 : depths[parent] + 1;
        drawnFrom.add(distribution);
        return node;
    }

    /** Number of nodes. */
    public int size() {
        return drawnFrom.size();
    }

    public int token(int node) {
        return tokens[node];
    }

    public int parent(int node) {
        return parents[node];
    }

    /** How far the node is behind the last token, from 1 on. */
    public int depth(int node) {
        return depths[node];
    }

    /** Depth of the deepest node, 0 if there is none. */
    public int deepest() {
        int deepest = 0;
        for (int node = 0; node < size(); node++) {
            deepest = Math.max(deepest, depths[node]);
        }
        return deepest;
    }

    /** What the token was drawn from, or null if it was chosen. */
    public double @Nullable [] distribution(int node) {
        return drawnFrom.get(node);
    }

    /** The child of a node that holds a token, or {@link #ROOT} if none does. */
    public int child(int node, int token) {
        for (int i = node + 1; i < size(); i++) {
            if (parents[i] == node && tokens[i] == token) {
                return i;
            }
        }
        return ROOT;
    }
}
