// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of one forward: new nodes of any number of sequences, ragged. A prefill is a chain of many nodes, a step of
 * plain decoding one node per sequence, a verification a tree of nodes. To be filled anew for every forward.
 */
public final class NodeBatch {
    /** What is wanted of a row. */
    public enum Wanted {
        /** Its keys and values alone. */
        NOTHING,
        /** What the last layer says, normalised. */
        HIDDEN,
        /** That, and the scores of the tokens. */
        LOGITS
    }

    private final List<CachedSequence> sequences = new ArrayList<>();
    private int[] nodes = new int[16];
    private int[] tokens = new int[16];
    private Wanted[] wanted = new Wanted[16];

    /** Empties it. */
    public void clear() {
        sequences.clear();
    }

    /**
     * Appends a node to a sequence.
     *
     * @param token its token; of no account where hidden rows are given instead
     * @param parent number of an older pending node of the sequence, or {@link CachedSequence#COMMITTED}
     * @return the node's number among the sequence's pending ones; its row is the number of nodes added before it
     */
    public int add(CachedSequence sequence, int token, int parent, Wanted what) {
        int node = sequence.append(parent);
        int row = sequences.size();
        if (row == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * row);
            tokens = Arrays.copyOf(tokens, 2 * row);
            wanted = Arrays.copyOf(wanted, 2 * row);
        }
        sequences.add(sequence);
        nodes[row] = node;
        tokens[row] = token;
        wanted[row] = what;
        return node;
    }

    /** Rows so far. */
    public int rows() {
        return sequences.size();
    }

    public CachedSequence sequence(int row) {
        return sequences.get(row);
    }

    public int node(int row) {
        return nodes[row];
    }

    public int token(int row) {
        return tokens[row];
    }

    public Wanted wanted(int row) {
        return wanted[row];
    }

    public int position(int row) {
        return sequence(row).position(nodes[row]);
    }
}
