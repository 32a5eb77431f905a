// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls the hooks of a node, in the order: tensor hooks, retained gradients, before the node, after the node. */
final class NodeCallbacks {
    private NodeCallbacks() {}

    static boolean has(Node.NodeHooks hooks, int output) {
        return hooks.outputHooks().stream().anyMatch(hook -> hook.output() == output)
                || hooks.retained().stream().anyMatch(retained -> retained.output() == output);
    }

    /** The gradient after all hooks of one output; takes over one reference and hands one out. */
    static Gradient output(Node.NodeHooks hooks, int output, Gradient gradient, TensorInfo expected, boolean recorded) {
        Gradient current = gradient;
        for (Node.NodeHooks.OutputHook hook : List.copyOf(hooks.outputHooks())) {
            if (hook.output() == output) {
                current = hooked(hook, current, expected);
            }
        }
        for (Node.NodeHooks.Retained retained : hooks.retained()) {
            if (retained.output() == output) {
                Tensor kept = recorded
                        ? current.tensor()
                        : GradientSums.copy(current.tensor()).keep();
                retained.variable().setGrad(kept);
            }
        }
        return current;
    }

    private static Gradient hooked(Node.NodeHooks.OutputHook hook, Gradient gradient, TensorInfo expected) {
        Tensor result = hook.function().apply(gradient.tensor());
        if (result == gradient.tensor()) {
            return gradient;
        }
        check(result, expected);
        if (result.sharesStorage(gradient.tensor())) {
            Gradient view = gradient.sharing(result);
            gradient.release();
            return view;
        }
        gradient.release();
        return Gradient.borrowed(result);
    }

    private static void check(Tensor result, TensorInfo expected) {
        if (!expected.fits(result)) {
            throw new IllegalStateException("Cannot run backward: a hook returned " + result.dtype() + " "
                    + result.shape() + ", expected " + expected + "; keep dtype and shape");
        }
    }

    static void before(Node node, Node.NodeHooks hooks, @Nullable Tensor[] gradients) {
        for (Autograd.NodePreHook hook : List.copyOf(hooks.before())) {
            List<@Nullable Tensor> results = hook.apply(Collections.unmodifiableList(Arrays.asList(gradients)));
            if (results.size() != gradients.length) {
                throw new IllegalStateException("Cannot run backward: a hook returned " + results.size()
                        + " gradients, expected " + gradients.length + "; return one per output of the node");
            }
            for (int i = 0; i < gradients.length; i++) {
                Tensor result = results.get(i);
                if (result != null) {
                    check(result, node.output(i));
                }
                gradients[i] = result;
            }
        }
    }

    static void after(Node.NodeHooks hooks, @Nullable Tensor[] results, @Nullable Tensor[] gradients) {
        for (Autograd.NodePostHook hook : List.copyOf(hooks.after())) {
            List<@Nullable Tensor> replaced = hook.apply(
                    Collections.unmodifiableList(Arrays.asList(results)),
                    Collections.unmodifiableList(Arrays.asList(gradients)));
            if (replaced.size() != results.length) {
                throw new IllegalStateException("Cannot run backward: a hook returned " + replaced.size()
                        + " gradients, expected " + results.length + "; return one per input of the node");
            }
            for (int i = 0; i < results.length; i++) {
                results[i] = replaced.get(i);
            }
        }
    }
}
