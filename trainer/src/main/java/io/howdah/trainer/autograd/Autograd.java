// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What users of differentiation call; semantics are PyTorch's. */
public final class Autograd {
    private Autograd() {}

    /** Ends the registration of a hook. */
    @FunctionalInterface
    public interface HookHandle {
        void remove();
    }

    /** Sees, and may replace, the gradients that a node receives. */
    @FunctionalInterface
    public interface NodePreHook {
        List<@Nullable Tensor> apply(List<@Nullable Tensor> gradOutputs);
    }

    /** Sees, and may replace, the gradients that a node returns. */
    @FunctionalInterface
    public interface NodePostHook {
        List<@Nullable Tensor> apply(List<@Nullable Tensor> gradInputs, List<@Nullable Tensor> gradOutputs);
    }

    /** What becomes of the tensors that a graph has saved. */
    public enum SavedTensors {
        /** They are let go node by node; a second backward through them fails. */
        FREE,
        /** They stay for another backward. */
        RETAIN,
        /** They stay, and the gradients are recorded so that they can be differentiated again. */
        DIFFERENTIATE
    }

    /** What {@link #grad} returns for an input that the output does not depend on. */
    public enum Unused {
        /** Nothing: it throws. */
        REFUSE,
        /** null. */
        NULL,
        /** Zeros. */
        ZEROS
    }

    /** Makes {@code tensor} a leaf that gathers its gradient; it leaves its {@code StepScope}. */
    public static Tensor parameter(Tensor tensor) {
        if (tensor.requiresGrad()) {
            throw new IllegalArgumentException("Cannot make parameter: the tensor takes part in autograd already,"
                    + " expected a plain tensor; detach it first");
        }
        requireGrad(tensor);
        return tensor.keep();
    }

    /** Makes a tensor without history a leaf that gathers its gradient; returns it. */
    public static Tensor requireGrad(Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot require gradients: dtype=" + tensor.dtype()
                    + ", expected a floating-point dtype; only Tensors of floating point dtype can require gradients");
        }
        if (!tensor.requiresGrad()) {
            Variable.createOf(tensor).requireGrad();
        }
        return tensor;
    }

    /** Stops a leaf from gathering its gradient; returns it. */
    public static Tensor freeze(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        if (variable != null && !variable.isLeaf()) {
            throw new IllegalStateException("Cannot freeze: the tensor is " + producer(tensor)
                    + ", expected a leaf; you can only change requires_grad flags of leaf variables, use detach");
        }
        if (variable != null && variable.isAccumulating()) {
            tensor.attach(null);
        }
        return tensor;
    }

    /** Whether gradients end here: a leaf, or a tensor without history. */
    public static boolean isLeaf(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        return variable == null || variable.isLeaf();
    }

    /** Name of the op that made {@code tensor} if it was recorded. */
    public static String producer(Tensor tensor) {
        Edge edge = edge(tensor);
        return edge == null || isLeaf(tensor)
                ? "leaf"
                : "output " + edge.output() + " of " + edge.node().name();
    }

    /** The tensor that {@code tensor} is a view of, directly or through other views; null if it is none. */
    public static @Nullable Tensor base(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        return variable == null ? null : variable.base();
    }

    /** Where gradients of {@code tensor} flow to, or null if it needs none. For the op dispatcher. */
    public static @Nullable Edge edge(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        return variable == null ? null : variable.edge();
    }

    /** Makes {@code tensor} the next output of {@code node}. For the op dispatcher. */
    public static void setHistory(Tensor tensor, Node node) {
        Edge edge = new Edge(node, node.addOutput(tensor));
        Variable variable = Variable.of(tensor);
        if (variable == null) {
            tensor.attach(Variable.result(tensor, edge));
        } else {
            variable.setSource(edge);
        }
    }

    /** Notes that {@code view} shares the memory of {@code base}. For the op dispatcher, before {@link #setHistory}. */
    public static void setView(Tensor base, Tensor view, ViewKind kind) {
        Variable variable = Variable.of(base);
        Tensor root = variable == null || variable.base() == null ? base : variable.base();
        ViewKind inherited =
                variable != null && kind == ViewKind.SINGLE && variable.base() != null ? variable.kind() : kind;
        view.attach(Variable.view(view, root, GradMode.isEnabled() ? inherited : ViewKind.NO_GRAD));
    }

    /**
     * Refuses in-place writes that the graph cannot express. For the op dispatcher, when the write is to be recorded.
     *
     * @throws IllegalStateException for leaves, views of leaves, and views that know nothing of their base
     */
    public static void checkRecordedWrite(String op, Tensor target) {
        Variable variable = Variable.of(target);
        if (variable == null) {
            return;
        }
        Tensor base = variable.base();
        String problem = "";
        if (base != null && !variable.kind().problem().isEmpty()) {
            problem = "the target " + variable.kind().problem();
        } else if (variable.isAccumulating()) {
            problem = "a leaf Variable that requires grad is being used in an in-place operation";
        } else if (base != null && base.requiresGrad() && isLeaf(base)) {
            problem = "a view of a leaf Variable that requires grad is being used in an in-place operation";
        }
        if (!problem.isEmpty()) {
            throw new IllegalStateException("Cannot compute " + op + " in place: " + problem
                    + ", expected the result of an op; compute it out of place, or under noGrad");
        }
    }

    /** Makes the write that {@code node} recorded part of the history of {@code target}. For the op dispatcher. */
    public static void rebaseHistory(Tensor target, Node node) {
        Variable variable = Variable.createOf(target);
        Tensor base = variable.base();
        if (base == null) {
            setHistory(target, node);
        } else {
            node.addOutput(target);
            CopySlices.rebase(base, target, node);
        }
    }

    /** A tensor that shares memory and version but has no history. */
    public static Tensor detach(Tensor tensor) {
        return tensor.detached();
    }

    /** Cuts a tensor off from its history; returns it. */
    public static Tensor detachInPlace(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        if (variable != null && variable.base() != null) {
            throw new IllegalStateException("Cannot detach in place: the tensor is a view, expected a tensor of its"
                    + " own; views cannot be detached in place, use detach");
        }
        tensor.attach(null);
        return tensor;
    }

    /** Adds d(loss)/d(leaf) to the gradient of every leaf that the one-element tensor {@code loss} depends on. */
    public static void backward(Tensor loss) {
        backward(loss, SavedTensors.FREE);
    }

    /** {@link #backward(Tensor)} that keeps the graph. */
    public static void backward(Tensor loss, SavedTensors saved) {
        root(loss, 0);
        Tensor seed = ones(loss);
        backward(loss, seed, saved);
        if (saved != SavedTensors.DIFFERENTIATE) {
            seed.close();
        }
    }

    /**
     * Adds the vector-Jacobian product seed·∂output/∂leaf to every leaf's gradient.
     *
     * @param seed shape of {@code output}; another dtype is converted
     */
    public static void backward(Tensor output, Tensor seed, SavedTensors saved) {
        backward(List.of(output), List.of(seed), saved, List.of());
    }

    /** {@link #backward(Tensor, Tensor, SavedTensors)} from several outputs at once. */
    public static void backward(List<Tensor> outputs, List<Tensor> seeds, SavedTensors saved) {
        backward(outputs, seeds, saved, List.of());
    }

    /** {@link #backward(List, List, SavedTensors)} for some leaves alone, or for all if {@code leaves} is empty. */
    public static void backward(List<Tensor> outputs, List<Tensor> seeds, SavedTensors saved, List<Tensor> leaves) {
        Set<Edge> edges = leaves.stream().map(Gradients::edge).collect(Collectors.toSet());
        Engine.accumulate(roots(outputs), seeds(outputs, seeds, saved), saved, edges);
    }

    /**
     * The gradients of a one-element tensor with respect to {@code inputs}, without touching any leaf's gradient.
     *
     * @throws IllegalArgumentException if {@code output} does not depend on one of the inputs
     */
    @SuppressWarnings("NullAway") // REFUSE leaves no nulls
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs) {
        root(output, 0);
        try (Tensor seed = ones(output)) {
            return grad(List.of(output), List.of(seed), inputs, SavedTensors.FREE, Unused.REFUSE);
        }
    }

    /**
     * The vector-Jacobian products Σ seed·∂output/∂input, without touching any leaf's gradient.
     *
     * @param seeds one per output, of its shape
     * @return one gradient per input; null only where {@code unused} says so
     */
    public static List<@Nullable Tensor> grad(
            List<Tensor> outputs, List<Tensor> seeds, List<Tensor> inputs, SavedTensors saved, Unused unused) {
        List<Edge> edges = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            edges.add(root(inputs.get(i), i));
        }
        Map<Edge, Tensor> gradients =
                Engine.capture(roots(outputs), seeds(outputs, seeds, saved), saved, Set.copyOf(edges));
        List<@Nullable Tensor> results = new ArrayList<>();
        for (int i = 0; i < edges.size(); i++) {
            Tensor gradient = gradients.get(edges.get(i));
            if (gradient == null && unused == Unused.REFUSE) {
                gradients.values().forEach(Tensor::close);
                throw new IllegalArgumentException("Cannot differentiate: input " + i + " appears to not have been used"
                        + " in the graph, expected the outputs to depend on it; leave it out, or allow it");
            }
            Tensor input = inputs.get(i);
            results.add(
                    gradient == null && unused == Unused.ZEROS ? Tensor.zeros(input.dtype(), input.shape()) : gradient);
        }
        return results;
    }

    private static List<Edge> roots(List<Tensor> outputs) {
        List<Edge> roots = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            roots.add(root(outputs.get(i), i));
        }
        return roots;
    }

    private static List<Gradient> seeds(List<Tensor> outputs, List<Tensor> seeds, SavedTensors saved) {
        if (seeds.size() != outputs.size()) {
            throw new IllegalArgumentException("Cannot run backward: seeds=" + seeds.size() + ", expected one for each"
                    + " of " + outputs.size() + " outputs; pass as many");
        }
        List<Gradient> gradients = new ArrayList<>();
        for (int i = 0; i < seeds.size(); i++) {
            Tensor output = outputs.get(i);
            Tensor seed = seeds.get(i);
            checkSeed(i, output, seed);
            if (seed.dtype() == output.dtype()) {
                gradients.add(Gradient.borrowed(seed));
            } else if (saved == SavedTensors.DIFFERENTIATE) {
                gradients.add(Gradient.borrowed(GraphOps.get().convert(seed, output.dtype())));
            } else {
                gradients.add(Gradient.owned(GradientSums.converted(seed, output.dtype())));
            }
        }
        return gradients;
    }

    private static Edge root(Tensor output, int index) {
        Edge edge = edge(output);
        if (edge == null) {
            throw new IllegalStateException(
                    "Cannot run backward: element " + index + " of tensors does not require grad"
                            + " and does not have a grad_fn, expected a result of ops on parameters; compute it with recording"
                            + " on");
        }
        return edge;
    }

    private static Tensor ones(Tensor output) {
        if (output.elements() != 1) {
            throw new IllegalStateException("Cannot run backward: shape=" + output.shape()
                    + ", grad can be implicitly created only for scalar outputs; reduce it or pass a seed");
        }
        Tensor one = Tensor.empty(output.dtype(), output.shape());
        Elements.put(one.dtype(), one.address(), 1);
        return one;
    }

    private static void checkSeed(int index, Tensor output, Tensor seed) {
        if (!seed.shape().equals(output.shape()) || !seed.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot run backward: Mismatch in shape: grad_output[" + index
                    + "] has a shape of " + seed.shape() + " (" + seed.dtype() + "), expected floating-point "
                    + output.shape() + "; correct the seed");
        }
    }
}
