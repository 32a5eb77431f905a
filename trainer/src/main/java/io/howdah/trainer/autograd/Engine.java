// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.autograd.Autograd.SavedTensors;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass on the calling thread. Iterative: a node runs once all gradients that can reach it have arrived,
 * and of the nodes that can run the latest-created goes first.
 */
final class Engine {
    private record Ready(Node node, long order) {}

    private final SavedTensors savedTensors;
    private final Set<Edge> captured;
    private final Map<Edge, Tensor> captures = new HashMap<>();
    private final Map<Node, Integer> dependencies = new IdentityHashMap<>();
    private final Map<Node, @Nullable Gradient[]> arrived = new IdentityHashMap<>();
    private final PriorityQueue<Ready> ready = new PriorityQueue<>(
            Comparator.comparingLong((Ready entry) -> entry.node().sequence())
                    .reversed()
                    .thenComparingLong(Ready::order));
    private long order;

    private Engine(SavedTensors savedTensors, Set<Edge> captured) {
        this.savedTensors = savedTensors;
        this.captured = captured;
    }

    /** Adds the gradients of all leaves below {@code root} to them. */
    static void accumulate(Edge root, Gradient seed, SavedTensors savedTensors) {
        new Engine(savedTensors, Set.of()).run(root, seed);
    }

    /** The gradients of {@code inputs} alone; those that the root does not depend on are missing. */
    static Map<Edge, Tensor> capture(Edge root, Gradient seed, SavedTensors savedTensors, Set<Edge> inputs) {
        Engine engine = new Engine(savedTensors, inputs);
        engine.run(root, seed);
        return engine.captures;
    }

    private void run(Edge root, Gradient seed) {
        try (GradMode.Scope scope = GradMode.noGrad()) {
            countDependencies(root.node());
            deliver(root, seed.retain());
            enqueue(root.node());
            Ready next = ready.poll();
            while (next != null) {
                process(next.node());
                next = ready.poll();
            }
        } finally {
            arrived.values().forEach(Engine::releaseAll);
        }
    }

    /** Counts, for every node that is to run, how many others pass gradients to it. */
    private void countDependencies(Node root) {
        Set<Node> wanted = captured.isEmpty() ? Set.of() : leadingToCaptured(root);
        Deque<Node> open = new ArrayDeque<>();
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        open.push(root);
        seen.add(root);
        dependencies.put(root, 0);
        while (!open.isEmpty()) {
            for (Edge edge : open.pop().edges()) {
                if (edge != null && (captured.isEmpty() || wanted.contains(edge.node()))) {
                    dependencies.merge(edge.node(), 1, Integer::sum);
                    if (seen.add(edge.node())) {
                        open.push(edge.node());
                    }
                }
            }
        }
    }

    /** Nodes from which a captured edge can be reached, found in order of completion of a depth-first search. */
    private Set<Node> leadingToCaptured(Node root) {
        Set<Node> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        captured.forEach(edge -> wanted.add(edge.node()));
        Deque<Node> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            Node node = open.peek();
            if (seen.add(node)) {
                for (Edge edge : node.edges()) {
                    if (edge != null && !seen.contains(edge.node())) {
                        open.push(edge.node());
                    }
                }
            } else {
                open.pop();
                if (node.edges().stream().anyMatch(edge -> edge != null && wanted.contains(edge.node()))) {
                    wanted.add(node);
                }
            }
        }
        return wanted;
    }

    private void process(Node node) {
        @Nullable Gradient[] gradients = arrived.get(node);
        if (gradients == null) {
            gradients = new @Nullable Gradient[node.outputCount()];
        }
        for (int i = 0; i < gradients.length; i++) {
            runHooks(node, gradients, i);
            Gradient gradient = gradients[i];
            Edge edge = new Edge(node, i);
            if (gradient != null && captured.contains(edge)) {
                captures.put(edge, GradientSums.copy(gradient.tensor()));
            }
        }
        if (captured.isEmpty() || !(node instanceof AccumulateGrad)) {
            pass(node, gradients);
        }
        arrived.remove(node);
        releaseAll(gradients);
    }

    private void pass(Node node, @Nullable Gradient[] gradients) {
        List<@Nullable Edge> edges = node.edges();
        List<@Nullable Gradient> results = node.backward(Arrays.asList(gradients));
        if (results.size() != edges.size()) {
            throw new IllegalStateException("Cannot run backward: " + node
                    + " returned an incorrect number of gradients: " + results.size() + ", expected " + edges.size()
                    + "; correct the op's backward");
        }
        for (Gradient result : results) {
            if (result != null) {
                result.retain();
            }
        }
        for (int i = 0; i < edges.size(); i++) {
            Edge edge = edges.get(i);
            Gradient result = results.get(i);
            boolean wanted = edge != null && dependencies.containsKey(edge.node());
            if (result != null && edge != null && wanted) {
                deliver(edge, fitted(node, i, edge, result));
            } else if (result != null) {
                result.release();
            }
            if (edge != null && wanted && dependencies.merge(edge.node(), -1, Integer::sum) == 0) {
                enqueue(edge.node());
            }
        }
        if (savedTensors == SavedTensors.FREE) {
            node.releaseSaved();
        }
    }

    private void enqueue(Node node) {
        ready.add(new Ready(node, order++));
    }

    /** Sums a broadcast gradient to size and converts its dtype where the receiver's differ. */
    private static Gradient fitted(Node node, int index, Edge edge, Gradient gradient) {
        TensorInfo expected = edge.node().output(edge.output());
        Gradient result = gradient;
        if (!result.tensor().shape().equals(expected.shape())) {
            if (!GradientSums.broadcasts(expected.shape(), result.tensor().shape())) {
                throw new IllegalStateException(
                        "Cannot run backward: " + node + " returned an invalid gradient at index "
                                + index + ": got " + result.tensor().shape() + " but expected shape compatible with "
                                + expected.shape() + "; correct the op's backward");
            }
            result = replaced(result, GradientSums.sumToSize(result.tensor(), expected.shape()));
        }
        if (result.tensor().dtype() != expected.dtype()) {
            result = replaced(result, GradientSums.converted(result.tensor(), expected.dtype()));
        }
        return result;
    }

    private static Gradient replaced(Gradient old, Tensor fresh) {
        old.release();
        return Gradient.of(fresh).retain();
    }

    /** Hands over one reference to {@code gradient}. */
    private void deliver(Edge edge, Gradient gradient) {
        @Nullable
        Gradient[] slots = arrived.computeIfAbsent(edge.node(), node -> new @Nullable Gradient[node.outputCount()]);
        Gradient before = slots[edge.output()];
        if (before == null) {
            slots[edge.output()] = gradient;
        } else if (before.isExclusive() && before.tensor().isContiguous()) {
            GradientSums.addInPlace(before.tensor(), gradient.tensor());
            gradient.release();
        } else {
            Tensor sum = GradientSums.copy(before.tensor());
            GradientSums.addInPlace(sum, gradient.tensor());
            gradient.release();
            slots[edge.output()] = replaced(before, sum);
        }
    }

    private static void runHooks(Node node, @Nullable Gradient[] gradients, int output) {
        for (Node.Hook hook : List.copyOf(node.hooks())) {
            Gradient gradient = gradients[output];
            if (gradient != null && hook.output() == output) {
                gradients[output] = hooked(hook.function(), gradient, node.output(output));
            }
        }
    }

    private static Gradient hooked(UnaryOperator<Tensor> hook, Gradient gradient, TensorInfo expected) {
        Tensor result = hook.apply(gradient.tensor());
        if (result == gradient.tensor()) {
            return gradient;
        }
        if (!expected.fits(result)) {
            throw new IllegalStateException("Cannot run backward: a hook returned " + result.dtype() + " "
                    + result.shape() + ", expected " + expected + "; keep dtype and shape");
        }
        if (result.sharesStorage(gradient.tensor())) {
            return gradient.as(result);
        }
        return replaced(gradient, result);
    }

    private static void releaseAll(@Nullable Gradient[] gradients) {
        for (Gradient gradient : gradients) {
            if (gradient != null) {
                gradient.release();
            }
        }
    }
}
