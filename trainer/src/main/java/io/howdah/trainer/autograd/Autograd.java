// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What users of differentiation call; semantics are PyTorch's. */
public final class Autograd {
    private Autograd() {}

    /** Ends the registration of a hook. */
    @FunctionalInterface
    public interface HookHandle {
        void remove();
    }

    /** What becomes of the tensors that a graph has saved. */
    public enum SavedTensors {
        /** They are let go node by node; a second backward through them fails. */
        FREE,
        /** They stay for another backward. */
        RETAIN
    }

    /** Makes {@code tensor} a leaf that gathers its gradient; it leaves its {@code StepScope}. */
    public static Tensor parameter(Tensor tensor) {
        if (!tensor.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot require gradients: dtype=" + tensor.dtype()
                    + ", expected a floating-point dtype; only tensors of floating-point dtype can require gradients");
        }
        if (tensor.requiresGrad()) {
            throw new IllegalArgumentException("Cannot make parameter: the tensor takes part in autograd already,"
                    + " expected a plain tensor; detach it first");
        }
        tensor.attach(Variable.leaf(tensor));
        return tensor.keep();
    }

    /** Whether gradients end here: a parameter, or a tensor without history. */
    public static boolean isLeaf(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        return variable == null || variable.isLeaf();
    }

    /** Name of the op that made {@code tensor} if it was recorded. */
    public static String producer(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        return variable == null || variable.isLeaf()
                ? "leaf"
                : "output " + variable.edge().output() + " of "
                        + variable.edge().node().name();
    }

    /** Where gradients of {@code tensor} flow to, or null if it needs none. For the op dispatcher. */
    public static @Nullable Edge edge(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        return variable == null ? null : variable.edge();
    }

    /** Makes {@code tensor} the next output of {@code node}. For the op dispatcher. */
    public static void setHistory(Tensor tensor, Node node) {
        tensor.attach(Variable.result(new Edge(node, node.addOutput(tensor))));
    }

    /** Notes that {@code view} shares the memory of {@code base} inside the graph. For the op dispatcher. */
    public static void setView(Tensor base, Tensor view) {
        required(base).markAliased();
        required(view).markAliased();
    }

    /**
     * Refuses in-place writes that the graph cannot express. For the op dispatcher.
     *
     * @throws IllegalStateException for a leaf, for a tensor without history, and for views and viewed tensors
     */
    public static void checkRecordedWrite(String op, Tensor target) {
        Variable variable = Variable.of(target);
        String problem = null;
        if (variable == null) {
            problem = "the target has no history, so that views of it would miss the gradient";
        } else if (variable.isLeaf()) {
            problem = "a leaf Variable that requires grad is being used in an in-place operation";
        } else if (variable.isAliased()) {
            problem = "the target is a view or has views in the graph";
        }
        if (problem != null) {
            throw new IllegalStateException("Cannot compute " + op + " in place: " + problem
                    + ", expected the result of an op without views; compute it out of place, or under noGrad");
        }
    }

    /** Adds d(loss)/d(leaf) to the gradient of every leaf that the one-element tensor {@code loss} depends on. */
    public static void backward(Tensor loss) {
        try (Tensor seed = ones(loss)) {
            backward(loss, seed, SavedTensors.FREE);
        }
    }

    /**
     * Adds the vector-Jacobian product seed·∂output/∂leaf to every leaf's gradient.
     *
     * @param seed shape of {@code output}; another dtype is converted
     */
    public static void backward(Tensor output, Tensor seed, SavedTensors saved) {
        Edge root = root(output);
        checkSeed(output, seed);
        if (seed.dtype() == output.dtype()) {
            Engine.accumulate(root, Gradient.borrowed(seed), saved);
        } else {
            Engine.accumulate(root, Gradient.of(GradientSums.converted(seed, output.dtype())), saved);
        }
    }

    /**
     * The gradients of a one-element tensor with respect to {@code inputs}, without touching any leaf's gradient.
     *
     * @throws IllegalArgumentException if {@code output} does not depend on one of the inputs
     */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs) {
        Edge root = root(output);
        List<Edge> edges = inputs.stream().map(Autograd::root).toList();
        Map<Edge, Tensor> gradients;
        try (Tensor seed = ones(output)) {
            gradients = Engine.capture(root, Gradient.borrowed(seed), SavedTensors.FREE, Set.copyOf(edges));
        }
        for (int i = 0; i < edges.size(); i++) {
            if (!gradients.containsKey(edges.get(i))) {
                gradients.values().forEach(Tensor::close);
                throw new IllegalArgumentException("Cannot differentiate: input " + i
                        + " was not used in the graph, expected the output to depend on it; leave it out");
            }
        }
        return edges.stream().map(gradients::get).toList();
    }

    /** Frees the gradient of a leaf. */
    public static void clearGrad(Tensor leaf) {
        Variable variable = required(leaf);
        Tensor grad = variable.grad();
        variable.setGrad(null);
        if (grad != null) {
            grad.close();
        }
    }

    /** Takes the gradient away from a leaf; the caller closes it. */
    public static @Nullable Tensor takeGrad(Tensor leaf) {
        Variable variable = required(leaf);
        Tensor grad = variable.grad();
        variable.setGrad(null);
        return grad;
    }

    /** Lets a result of an op keep a copy of its gradient; leaves do so anyway. */
    public static void retainGrad(Tensor tensor) {
        Variable variable = required(tensor);
        if (!variable.isLeaf()) {
            onGradient(tensor, gradient -> {
                variable.setGrad(GradientSums.copy(gradient));
                return gradient;
            });
        }
    }

    /**
     * Calls {@code hook} with the complete gradient of {@code tensor}; what it returns takes the gradient's place. The
     * argument is valid during the call only.
     */
    public static HookHandle onGradient(Tensor tensor, UnaryOperator<Tensor> hook) {
        Edge edge = required(tensor).edge();
        Node.Hook entry = new Node.Hook(edge.output(), hook);
        edge.node().hooks().add(entry);
        return () -> edge.node().hooks().remove(entry);
    }

    /** Calls {@code hook} with {@code leaf} each time a gradient was added to it. */
    public static HookHandle onAccumulated(Tensor leaf, Consumer<Tensor> hook) {
        Variable variable = required(leaf);
        if (!variable.isLeaf()) {
            throw new IllegalArgumentException(
                    "Cannot register hook: the tensor is " + producer(leaf) + ", expected a leaf; use onGradient");
        }
        variable.accumulatedHooks().add(hook);
        return () -> variable.accumulatedHooks().remove(hook);
    }

    private static Variable required(Tensor tensor) {
        Variable variable = Variable.of(tensor);
        if (variable == null) {
            throw new IllegalArgumentException(
                    "Cannot use gradient: the tensor does not require grad, expected one that"
                            + " does; make it a parameter");
        }
        return variable;
    }

    private static Edge root(Tensor output) {
        Variable variable = Variable.of(output);
        if (variable == null) {
            throw new IllegalStateException("Cannot run backward: the tensor does not require grad and does not have a"
                    + " grad_fn, expected a result of ops on parameters; compute it with recording on");
        }
        return variable.edge();
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

    private static void checkSeed(Tensor output, Tensor seed) {
        if (!seed.shape().equals(output.shape()) || !seed.dtype().isFloating()) {
            throw new IllegalArgumentException("Cannot run backward: mismatch in shape: seed has " + seed.dtype() + " "
                    + seed.shape() + ", expected floating-point " + output.shape() + "; correct the seed");
        }
    }
}
