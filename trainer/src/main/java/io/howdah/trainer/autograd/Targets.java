// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a backward pass is for: all leaves, some leaves, or the gradients of some tensors. */
final class Targets {
    private final Set<Edge> edges;
    private final boolean accumulate;
    private final Set<Node> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Node> passing = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @param edges tensors whose gradients are wanted; with {@code accumulate} none stands for all leaves
     * @param accumulate whether to add the gradients to the leaves, instead of capturing them
     */
    Targets(Set<Edge> edges, boolean accumulate) {
        this.edges = edges;
        this.accumulate = accumulate;
    }

    private boolean isAll() {
        return accumulate && edges.isEmpty();
    }

    boolean accumulates(AccumulateGrad leaf) {
        return accumulate && (edges.isEmpty() || edges.contains(new Edge(leaf, 0)));
    }

    boolean captures(Edge edge) {
        return !accumulate && edges.contains(edge);
    }

    /** Whether a node is to compute gradients of its inputs, rather than only to receive its own. */
    boolean isToRun(Node node) {
        return isAll() || passing.contains(node);
    }

    /** The nodes that take part, each with the number of gradients that will reach it from others. */
    Map<Node, Engine.Task> tasks(List<Edge> roots) {
        if (!isAll()) {
            findWanted(roots);
        }
        Map<Node, Engine.Task> tasks = new IdentityHashMap<>();
        Deque<Node> open = new ArrayDeque<>();
        for (Edge root : roots) {
            visit(root.node(), tasks, open);
        }
        while (!open.isEmpty()) {
            Node node = open.pop();
            for (int i = 0; i < node.inputCount() && isToRun(node); i++) {
                Edge edge = node.edge(i);
                Engine.Task receiver = edge == null ? null : visit(edge.node(), tasks, open);
                if (receiver != null) {
                    receiver.expectOneMore();
                }
            }
        }
        return tasks;
    }

    /** The task of a node, made when it is met first; null where it takes no part. */
    private Engine.@Nullable Task visit(Node node, Map<Node, Engine.Task> tasks, Deque<Node> open) {
        if (!isAll() && !wanted.contains(node)) {
            return null;
        }
        Engine.Task task = tasks.get(node);
        if (task == null) {
            task = new Engine.Task(node);
            tasks.put(node, task);
            open.push(node);
        }
        return task;
    }

    /** Finds the nodes from which a wanted edge can be reached, in order of completion of a depth-first search. */
    private void findWanted(List<Edge> roots) {
        edges.forEach(edge -> wanted.add(edge.node()));
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Node> open = new ArrayDeque<>();
        roots.forEach(root -> open.push(root.node()));
        while (!open.isEmpty()) {
            Node node = open.peek();
            if (seen.add(node)) {
                for (int i = 0; i < node.inputCount(); i++) {
                    Edge edge = node.edge(i);
                    if (edge != null && !seen.contains(edge.node())) {
                        open.push(edge.node());
                    }
                }
            } else {
                open.pop();
                if (leadsToWanted(node)) {
                    wanted.add(node);
                    passing.add(node);
                }
            }
        }
    }

    private boolean leadsToWanted(Node node) {
        for (int i = 0; i < node.inputCount(); i++) {
            Edge edge = node.edge(i);
            if (edge != null && wanted.contains(edge.node())) {
                return true;
            }
        }
        return false;
    }
}
