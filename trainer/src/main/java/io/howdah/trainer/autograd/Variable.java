// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.AutogradMeta;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What autograd knows of one tensor: whether it is a leaf that gathers its gradient, which node made it, and of which
 * base it is a view.
 */
final class Variable extends AutogradMeta {
    private final Tensor self;
    private final @Nullable Tensor base;
    private final ViewKind kind;
    private final List<Consumer<Tensor>> accumulatedHooks = new ArrayList<>(0);
    private @Nullable AccumulateGrad accumulator;
    private @Nullable Edge source;
    private @Nullable Tensor grad;
    private @Nullable SparseRows sparseGrad;
    private boolean retainsGrad;

    /** Version of the storage for which {@link #source} of a view is right. */
    private int sourceVersion;

    private Variable(Tensor self, @Nullable Tensor base, ViewKind kind) {
        this.self = self;
        this.base = base;
        this.kind = kind;
        this.sourceVersion = self.version();
    }

    /** A leaf that gathers its gradient. */
    static Variable leaf(Tensor tensor) {
        Variable variable = new Variable(tensor, null, ViewKind.NONE);
        variable.requireGrad();
        return variable;
    }

    /** The result of a recorded op. */
    static Variable result(Tensor tensor, Edge source) {
        Variable variable = new Variable(tensor, null, ViewKind.NONE);
        variable.source = source;
        return variable;
    }

    /** A tensor, not yet recorded, that is a view of {@code base}. */
    static Variable view(Tensor tensor, Tensor base, ViewKind kind) {
        return new Variable(tensor, base, kind);
    }

    static @Nullable Variable of(Tensor tensor) {
        return (Variable) tensor.meta();
    }

    /** The variable of {@code tensor}, made where there was none. */
    static Variable createOf(Tensor tensor) {
        Variable present = of(tensor);
        if (present == null) {
            present = new Variable(tensor, null, ViewKind.NONE);
            tensor.attach(present);
        }
        return present;
    }

    /** Makes this a leaf that gathers its gradient. */
    void requireGrad() {
        accumulator = new AccumulateGrad(self, this);
    }

    /** Whether it gathers its gradient itself. */
    boolean isAccumulating() {
        return accumulator != null;
    }

    /** Whether no recorded op made it. */
    boolean isLeaf() {
        return source() == null;
    }

    /** Where gradients of this tensor flow to; null if it needs none. */
    @Nullable
    Edge edge() {
        Edge made = source();
        if (made != null) {
            return made;
        }
        return accumulator == null ? null : new Edge(accumulator, 0);
    }

    /** The node that made this tensor; a view whose base was written since is looked up in the new base. */
    private @Nullable Edge source() {
        if (base != null && sourceVersion != self.version() && base.requiresGrad()) {
            try (GradMode.Scope scope = GradMode.enableGrad()) {
                Tensor replayed =
                        GraphOps.get().asStrided(base, self.shape(), self.strides(), self.offset() - base.offset());
                Variable variable = of(replayed);
                setSource(variable == null ? null : variable.source);
            }
        }
        return source;
    }

    /** Makes this the result of a node. */
    void setSource(@Nullable Edge newSource) {
        Edge before = source;
        source = newSource;
        sourceVersion = self.version();
        if (newSource != null) {
            accumulator = null;
            if (retainsGrad) {
                moveRetained(before, newSource);
            }
        }
    }

    private void moveRetained(@Nullable Edge before, Edge after) {
        Node.NodeHooks old = before == null ? null : before.node().hooks();
        if (old != null) {
            old.retained().removeIf(retained -> retained.variable() == this);
        }
        after.node().createHooks().retained().add(new Node.NodeHooks.Retained(after.output(), this));
    }

    /** Lets a result of an op keep its gradient. */
    void retainGrad() {
        Edge made = source();
        if (made != null && !retainsGrad) {
            retainsGrad = true;
            made.node().createHooks().retained().add(new Node.NodeHooks.Retained(made.output(), this));
        }
    }

    /** The tensor that this is a view of, directly or through other views. */
    @Nullable
    Tensor base() {
        return base;
    }

    ViewKind kind() {
        return kind;
    }

    List<Consumer<Tensor>> accumulatedHooks() {
        return accumulatedHooks;
    }

    void setGrad(@Nullable Tensor newGrad) {
        this.grad = newGrad;
    }

    @Nullable
    SparseRows sparseGrad() {
        return sparseGrad;
    }

    void setSparseGrad(@Nullable SparseRows newGrad) {
        this.sparseGrad = newGrad;
    }

    @Override
    public boolean requiresGrad() {
        return accumulator != null || source() != null;
    }

    @Override
    public @Nullable Tensor grad() {
        return grad;
    }
}
