// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of the graph at a leaf. The first gradient is kept as it is where nobody else refers to it and its layout is
 * the leaf's, later ones are added to it in place; under a recorded backward they are added out of place.
 */
final class AccumulateGrad extends Node {
    private static final String NAME = "accumulateGrad";

    private final Tensor leaf;
    private final Variable variable;

    AccumulateGrad(Tensor leaf, Variable variable) {
        // Runs as soon as it is ready, so that a gradient can be sent while backward goes on.
        super(NAME, Long.MAX_VALUE);
        this.leaf = leaf;
        this.variable = variable;
        addOutput(leaf);
    }

    /** Adds a gradient to the leaf's, and calls the leaf's hooks. */
    void accumulate(Gradient gradient, boolean recorded) {
        SparseRows rows = gradient.sparse();
        if (rows != null) {
            accumulateSparse(rows);
        } else {
            SparseRows sparse = variable.sparseGrad();
            if (sparse != null) {
                variable.setSparseGrad(null);
                variable.setGrad(sparse.toDense().keep());
                sparse.close();
            }
            accumulateDense(gradient, recorded);
        }
        for (Consumer<Tensor> hook : List.copyOf(variable.accumulatedHooks())) {
            hook.accept(leaf);
        }
    }

    private void accumulateDense(Gradient gradient, boolean recorded) {
        Tensor sum = variable.grad();
        if (sum != null && recorded) {
            variable.setGrad(GraphOps.get().add(sum, gradient.tensor()).keep());
        } else if (sum != null) {
            GradientSums.addInPlace(sum, gradient.tensor());
            sum.bumpVersion();
        } else if (recorded) {
            variable.setGrad(GraphOps.get().copy(gradient.tensor()).keep());
        } else if (gradient.isExclusive() && gradient.tensor().isContiguous()) {
            gradient.escape();
            variable.setGrad(gradient.tensor().detached().keep());
        } else {
            variable.setGrad(GradientSums.copy(gradient.tensor()).keep());
        }
    }

    private void accumulateSparse(SparseRows rows) {
        Tensor dense = variable.grad();
        SparseRows before = variable.sparseGrad();
        if (dense != null) {
            try (Tensor addend = rows.toDense()) {
                GradientSums.addInPlace(dense, addend);
            }
            dense.bumpVersion();
        } else if (before != null) {
            variable.setSparseGrad(before.plus(rows).keep());
            before.close();
        } else {
            variable.setSparseGrad(rows.copy().keep());
        }
    }

    @Override
    protected @Nullable Tensor[] backward(@Nullable Tensor[] gradOutputs) {
        throw new AssertionError("the engine accumulates");
    }

    @Override
    protected void releaseSaved() {}
}
