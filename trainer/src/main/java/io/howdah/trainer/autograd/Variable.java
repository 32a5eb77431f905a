// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.AutogradMeta;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What autograd knows of one tensor: a leaf with its gradient, or the edge to the node that made it. */
final class Variable extends AutogradMeta {
    private final @Nullable Edge source;
    private final @Nullable AccumulateGrad accumulator;
    private final List<Consumer<Tensor>> accumulatedHooks = new ArrayList<>();
    private @Nullable Tensor grad;
    private boolean aliased;

    private Variable(@Nullable Edge source, @Nullable Tensor leaf) {
        this.source = source;
        this.accumulator = leaf == null ? null : new AccumulateGrad(leaf, this);
    }

    /** A leaf that gathers its gradient. */
    static Variable leaf(Tensor tensor) {
        return new Variable(null, tensor);
    }

    /** The result of a recorded op. */
    static Variable result(Edge source) {
        return new Variable(source, null);
    }

    static @Nullable Variable of(Tensor tensor) {
        return (Variable) tensor.meta();
    }

    boolean isLeaf() {
        return accumulator != null;
    }

    /** Where gradients of this tensor flow to. */
    Edge edge() {
        if (accumulator != null) {
            return new Edge(accumulator, 0);
        }
        if (source == null) {
            throw new AssertionError("neither leaf nor result");
        }
        return source;
    }

    /** Whether a view of this tensor, or the tensor that this is a view of, takes part in the graph. */
    boolean isAliased() {
        return aliased;
    }

    void markAliased() {
        aliased = true;
    }

    List<Consumer<Tensor>> accumulatedHooks() {
        return accumulatedHooks;
    }

    void setGrad(@Nullable Tensor newGrad) {
        this.grad = newGrad;
    }

    @Override
    public boolean requiresGrad() {
        return true;
    }

    @Override
    public @Nullable Tensor grad() {
        return grad;
    }
}
