// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A fixed tree of drafts: each node takes the token of a rank among those of the head of its depth. Nodes are sorted by
 * depth, so that the first ones are a tree too.
 *
 * @param nodes in order
 */
public record TreeShape(List<Node> nodes) {
    static final String FORMAT = "howdah.draft-tree";
    static final int VERSION = 1;
    private static final int ROOT = -1;

    /**
     * @param parent number of the node before it, or −1 for the root
     * @param depth from 1 on: head {@code depth − 1} drafts it
     * @param rank 0 for the likeliest token
     */
    public record Node(int parent, int depth, int rank) {}

    public TreeShape {
        nodes = List.copyOf(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            boolean known = node.parent() >= ROOT && node.parent() < i;
            int above =
                    node.parent() < 0 || !known ? 0 : nodes.get(node.parent()).depth();
            boolean sorted = i == 0 || nodes.get(i - 1).depth() <= node.depth();
            boolean alone = nodes.subList(0, i).stream()
                    .noneMatch(other -> other.parent() == node.parent() && other.rank() == node.rank());
            if (!known || node.depth() != above + 1 || node.rank() < 0 || !sorted || !alone) {
                throw new IllegalArgumentException("Cannot make a tree of drafts: node=" + i + " " + node
                        + ", expected an older parent, its depth and one, a rank that no sibling has, and nodes sorted by"
                        + " depth; correct the tree");
            }
        }
    }

    /** The likeliest token of each head. */
    public static TreeShape chain(int depth) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            nodes.add(new Node(i - 1, i + 1, 0));
        }
        return new TreeShape(nodes);
    }

    public int size() {
        return nodes.size();
    }

    /** Depth of the deepest node. */
    public int deepest() {
        return nodes.isEmpty() ? 0 : nodes.get(nodes.size() - 1).depth();
    }

    /** Nodes of depths up to {@code depth}. */
    public int nodes(int depth) {
        return (int) nodes.stream().filter(node -> node.depth() <= depth).count();
    }

    /** How many ranks of a depth the tree uses. */
    public int ranks(int depth) {
        return 1
                + nodes.stream()
                        .filter(node -> node.depth() == depth)
                        .mapToInt(Node::rank)
                        .max()
                        .orElse(-1);
    }

    /** Whether no node has a sibling. */
    public boolean isChain() {
        return size() == deepest();
    }

    /** As text that {@link #of} reads. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("version", VERSION);
        var list = json.putArray("nodes");
        nodes.forEach(node -> list.addArray().add(node.parent()).add(node.rank()));
        return json;
    }

    /** @throws IllegalArgumentException if it is no tree that {@link #json} wrote */
    public static TreeShape of(JsonNode json) {
        Formats.check(json, FORMAT, VERSION);
        List<Node> nodes = new ArrayList<>();
        for (JsonNode pair : json.path("nodes")) {
            int parent = pair.path(0).asInt(ROOT - 1);
            boolean known = parent >= 0 && parent < nodes.size();
            nodes.add(new Node(
                    parent,
                    known ? nodes.get(parent).depth() + 1 : 1,
                    pair.path(1).asInt(-1)));
        }
        return new TreeShape(nodes);
    }
}
