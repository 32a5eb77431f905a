// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.autograd.Autograd.SavedTensors;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass on the calling thread. Iterative: a node runs once all gradients that can reach it have arrived,
 * and of the nodes that can run the latest-created goes first.
 */
final class Engine {
    /** A node that awaits gradients. */
    static final class Task {
        private final Node node;
        private final @Nullable Gradient[] arrived;
        private int missing;
        private long order;

        Task(Node node) {
            this.node = node;
            this.arrived = new @Nullable Gradient[node.outputCount()];
        }

        void expectOneMore() {
            missing++;
        }
    }

    private final SavedTensors savedTensors;
    private final boolean recorded;
    private final Targets targets;
    private final Map<Edge, Tensor> captures = new HashMap<>();
    private Map<Node, Task> tasks = new IdentityHashMap<>();
    private final PriorityQueue<Task> ready =
            new PriorityQueue<>(Comparator.comparingLong((Task task) -> task.node.sequence())
                    .reversed()
                    .thenComparingLong(task -> task.order));
    private long order;

    private Engine(SavedTensors savedTensors, Targets targets) {
        this.savedTensors = savedTensors;
        this.recorded = savedTensors == SavedTensors.DIFFERENTIATE;
        this.targets = targets;
    }

    /** Adds the gradients of all leaves below {@code roots}, or of some alone, to them. */
    static void accumulate(List<Edge> roots, List<Gradient> seeds, SavedTensors savedTensors, Set<Edge> leaves) {
        new Engine(savedTensors, new Targets(leaves, true)).run(roots, seeds);
    }

    /** The gradients of {@code inputs} alone; those that the roots do not depend on are missing. */
    static Map<Edge, Tensor> capture(
            List<Edge> roots, List<Gradient> seeds, SavedTensors savedTensors, Set<Edge> inputs) {
        Engine engine = new Engine(savedTensors, new Targets(inputs, false));
        engine.run(roots, seeds);
        return engine.captures;
    }

    private void run(List<Edge> roots, List<Gradient> seeds) {
        // Forward has chosen the dtypes.
        DType autocast = AutocastMode.suspend();
        try (GradMode.Scope scope = GradMode.set(recorded)) {
            tasks = targets.tasks(roots);
            for (int i = 0; i < roots.size(); i++) {
                Task task = tasks.get(roots.get(i).node());
                if (task != null) {
                    deliver(task, roots.get(i).output(), seeds.get(i));
                }
            }
            for (Edge root : roots) {
                Task task = tasks.get(root.node());
                if (task != null && task.missing == 0 && task.order == 0) {
                    enqueue(task);
                }
            }
            for (Task next = ready.poll(); next != null; next = ready.poll()) {
                process(next);
            }
        } finally {
            AutocastMode.resume(autocast);
            tasks.values().forEach(task -> releaseAll(task.arrived));
        }
    }

    private void enqueue(Task task) {
        task.order = ++order;
        ready.add(task);
    }

    private void process(Task task) {
        tasks.remove(task.node);
        try {
            Node.NodeHooks hooks = task.node.hooks();
            if (hooks != null) {
                runOutputHooks(task, hooks);
            }
            capture(task);
            if (task.node instanceof AccumulateGrad leaf) {
                Gradient gradient = task.arrived[0];
                if (gradient != null && targets.accumulates(leaf)) {
                    leaf.accumulate(gradient, recorded);
                }
            } else if (targets.isToRun(task.node)) {
                pass(task, hooks);
            }
        } finally {
            releaseAll(task.arrived);
        }
    }

    private void capture(Task task) {
        for (int i = 0; i < task.arrived.length; i++) {
            Gradient gradient = task.arrived[i];
            Edge edge = new Edge(task.node, i);
            if (gradient != null && targets.captures(edge)) {
                Tensor dense = dense(gradient);
                boolean fresh = gradient.sparse() != null;
                captures.put(edge, recorded || fresh ? dense : GradientSums.copy(dense));
            }
        }
    }

    private static Tensor dense(Gradient gradient) {
        SparseRows rows = gradient.sparse();
        return rows == null ? gradient.tensor() : rows.toDense();
    }

    private void pass(Task task, Node.@Nullable NodeHooks hooks) {
        Node node = task.node;
        @Nullable Gradient[] outgoing = outgoing(task, hooks);
        for (int i = 0; i < outgoing.length; i++) {
            passOn(node.edge(i), outgoing[i]);
        }
        if (savedTensors == SavedTensors.FREE) {
            node.releaseSaved();
        }
    }

    /** Runs a node; what it computed on the way is let go. */
    private @Nullable Gradient[] outgoing(Task task, Node.@Nullable NodeHooks hooks) {
        Node node = task.node;
        try (StepScope scope = StepScope.openHidden()) {
            @Nullable Tensor[] gradients = new @Nullable Tensor[task.arrived.length];
            for (int i = 0; i < gradients.length; i++) {
                Gradient gradient = task.arrived[i];
                gradients[i] = gradient == null ? null : dense(gradient);
            }
            if (hooks != null) {
                NodeCallbacks.before(node, hooks, gradients);
            }
            @Nullable Tensor[] results = node.backward(gradients);
            checkCount(node, results.length);
            if (hooks != null) {
                NodeCallbacks.after(hooks, results, gradients);
            }
            @Nullable Gradient[] outgoing = new @Nullable Gradient[results.length];
            for (int i = 0; i < results.length; i++) {
                outgoing[i] = outgoing(task, i, results[i], outgoing, scope);
            }
            return outgoing;
        }
    }

    private static void checkCount(Node node, int count) {
        if (count != node.inputCount()) {
            throw new IllegalStateException("Cannot run backward: " + node + " returned an incorrect number of"
                    + " gradients (expected " + node.inputCount() + ", got " + count
                    + "); correct its backward");
        }
    }

    /** The gradient of one input, with the reference that its receiver will hold; null where nobody receives it. */
    private @Nullable Gradient outgoing(
            Task task, int input, @Nullable Tensor result, @Nullable Gradient[] siblings, StepScope scope) {
        Edge edge = task.node.edge(input);
        if (edge == null || !tasks.containsKey(edge.node())) {
            return null;
        }
        if (result == null) {
            SparseRows rows = task.node.sparseGradient(input);
            return rows == null ? null : sparse(edge, rows, scope);
        }
        checkNotNan(task.node, input, result);
        Tensor fitted = fitted(task.node, input, result, edge.node().output(edge.output()));
        if (recorded) {
            return Gradient.borrowed(scope.pass(fitted));
        }
        // The engine owns what the node made; other results share the storage of whatever they are views of.
        if (scope.owns(fitted)) {
            return Gradient.owned(scope.pass(fitted));
        }
        Gradient shared = sharing(fitted, task.arrived);
        if (shared == null) {
            shared = sharing(fitted, siblings);
        }
        if (shared != null) {
            return shared;
        }
        // What the graph alone refers to goes with the node, before the gradient has arrived.
        return fitted.isHidden() ? Gradient.owned(made(fitted, scope)) : Gradient.borrowed(fitted);
    }

    private static @Nullable Gradient sharing(Tensor result, @Nullable Gradient[] owners) {
        for (Gradient owner : owners) {
            if (owner != null && owner.sparse() == null && owner.tensor().sharesStorage(result)) {
                return owner.sharing(result);
            }
        }
        return null;
    }

    private Gradient sparse(Edge edge, SparseRows rows, StepScope scope) {
        if (edge.node() instanceof AccumulateGrad && !recorded) {
            return Gradient.sparse(new SparseRows(rows.shape(), made(rows.rows(), scope), made(rows.values(), scope)));
        }
        return Gradient.owned(scope.pass(rows.toDense()));
    }

    /** A tensor that the engine may free: the one that the node made, or a copy. */
    private static Tensor made(Tensor tensor, StepScope scope) {
        return scope.pass(scope.owns(tensor) ? tensor : GradientSums.copy(tensor));
    }

    private void passOn(@Nullable Edge edge, @Nullable Gradient gradient) {
        Task receiver = edge == null ? null : tasks.get(edge.node());
        if (edge == null || receiver == null) {
            return;
        }
        if (gradient != null) {
            deliver(receiver, edge.output(), gradient);
        }
        receiver.missing--;
        if (receiver.missing == 0) {
            enqueue(receiver);
        }
    }

    private Tensor fitted(Node node, int input, Tensor result, TensorInfo expected) {
        Tensor fitted = result;
        if (!fitted.shape().equals(expected.shape())) {
            if (!GradientSums.broadcasts(expected.shape(), fitted.shape())) {
                throw new IllegalStateException("Cannot run backward: " + node
                        + " returned an invalid gradient at index " + input + ": got " + result.shape()
                        + " but expected shape compatible with " + expected.shape() + "; correct the op's backward");
            }
            fitted = recorded
                    ? GraphOps.get().sumToSize(fitted, expected.shape())
                    : GradientSums.sumToSize(fitted, expected.shape());
        }
        if (fitted.dtype() != expected.dtype()) {
            fitted = recorded
                    ? GraphOps.get().convert(fitted, expected.dtype())
                    : GradientSums.converted(fitted, expected.dtype());
        }
        return fitted;
    }

    /** Takes over one reference to {@code gradient}. */
    private void deliver(Task task, int output, Gradient gradient) {
        Gradient before = task.arrived[output];
        task.arrived[output] = before == null ? gradient : sum(before, gradient);
    }

    private Gradient sum(Gradient before, Gradient addend) {
        SparseRows first = before.sparse();
        SparseRows second = addend.sparse();
        if (first != null && second != null) {
            Gradient joined = Gradient.sparse(first.plus(second));
            before.release();
            addend.release();
            return joined;
        }
        if (recorded) {
            return Gradient.borrowed(GraphOps.get().add(before.tensor(), addend.tensor()));
        }
        Tensor value = dense(addend);
        if (first == null && before.isExclusive() && before.tensor().isContiguous()) {
            GradientSums.addInPlace(before.tensor(), value);
            release(addend, value);
            return before;
        }
        Tensor sum = first != null ? first.toDense() : GradientSums.copy(before.tensor());
        GradientSums.addInPlace(sum, value);
        release(addend, value);
        before.release();
        return Gradient.owned(sum);
    }

    private static void release(Gradient gradient, Tensor dense) {
        if (gradient.sparse() != null) {
            dense.close();
        }
        gradient.release();
    }

    private void runOutputHooks(Task task, Node.NodeHooks hooks) {
        for (int output = 0; output < task.arrived.length; output++) {
            Gradient gradient = task.arrived[output];
            if (gradient != null && NodeCallbacks.has(hooks, output)) {
                SparseRows rows = gradient.sparse();
                Gradient dense = rows == null ? gradient : Gradient.owned(rows.toDense());
                if (rows != null) {
                    gradient.release();
                }
                task.arrived[output] = NodeCallbacks.output(hooks, output, dense, task.node.output(output), recorded);
            }
        }
    }

    private static void checkNotNan(Node node, int input, Tensor result) {
        if (AnomalyMode.isEnabled()
                && result.dtype().isFloating()
                && !Backends.current().isFinite(result)) {
            try (Tensor unequal = Tensor.empty(DType.BOOL, result.shape())) {
                Backends.current().compare(Comparison.NOT_EQUAL, result, result, unequal);
                boolean[] found = {false};
                Elements.forEach(unequal, address -> found[0] |= Elements.getLong(DType.BOOL, address) != 0);
                if (found[0]) {
                    throw new IllegalStateException("Cannot run backward: Function '" + node
                            + "' returned nan values in its " + input + "th output, expected numbers; "
                            + AnomalyMode.advice(node.origin()));
                }
            }
        }
    }

    private static void releaseAll(@Nullable Gradient[] gradients) {
        for (int i = 0; i < gradients.length; i++) {
            Gradient gradient = gradients[i];
            if (gradient != null) {
                gradient.release();
                gradients[i] = null;
            }
        }
    }
}
