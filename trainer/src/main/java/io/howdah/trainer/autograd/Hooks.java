// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.autograd.Autograd.HookHandle;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What is called while gradients flow. Order at a node: hooks of its output tensors, retained gradients, hooks before
 * the node, the node, hooks after it; at a leaf, last, the hooks of the accumulated gradient. A hook stays with the node
 * that made the tensor when it was registered, also after the tensor was written in place.
 */
public final class Hooks {
    private Hooks() {}

    /**
     * Calls {@code hook} with the complete gradient of {@code tensor}; what it returns takes the gradient's place. The
     * argument is valid during the call only.
     */
    public static HookHandle onGradient(Tensor tensor, UnaryOperator<Tensor> hook) {
        Edge edge = Gradients.edge(tensor);
        List<Node.NodeHooks.OutputHook> hooks = edge.node().createHooks().outputHooks();
        Node.NodeHooks.OutputHook entry = new Node.NodeHooks.OutputHook(edge.output(), hook);
        hooks.add(entry);
        return () -> hooks.remove(entry);
    }

    /** Calls {@code hook} with {@code leaf} each time a gradient was added to it. */
    public static HookHandle onAccumulated(Tensor leaf, Consumer<Tensor> hook) {
        Variable variable = Gradients.required(leaf);
        if (!variable.isLeaf()) {
            throw new IllegalArgumentException("Cannot register hook: the tensor is " + Autograd.producer(leaf)
                    + ", expected a leaf; use onGradient");
        }
        variable.accumulatedHooks().add(hook);
        return () -> variable.accumulatedHooks().remove(hook);
    }

    /** Calls {@code hook} with the gradients that the node which made {@code tensor} receives, before it runs. */
    public static HookHandle beforeNode(Tensor tensor, Autograd.NodePreHook hook) {
        List<Autograd.NodePreHook> hooks = node(tensor).createHooks().before();
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    /** Calls {@code hook} with the gradients that the node which made {@code tensor} has computed. */
    public static HookHandle afterNode(Tensor tensor, Autograd.NodePostHook hook) {
        List<Autograd.NodePostHook> hooks = node(tensor).createHooks().after();
        hooks.add(hook);
        return () -> hooks.remove(hook);
    }

    private static Node node(Tensor tensor) {
        if (Autograd.isLeaf(tensor)) {
            throw new IllegalArgumentException(
                    "Cannot register hook: the tensor is a leaf, expected the result of an op; use onGradient");
        }
        return Gradients.edge(tensor).node();
    }
}
