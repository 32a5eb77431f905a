// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of the graph at a leaf. The first gradient is kept as it is where nobody else refers to it, later ones are
 * added to it in place.
 */
final class AccumulateGrad extends Node {
    private final Tensor leaf;
    private final Variable variable;

    AccumulateGrad(Tensor leaf, Variable variable) {
        // Runs as soon as it is ready, so that a gradient can be sent while backward goes on.
        super("accumulateGrad", List.of(), Long.MAX_VALUE);
        this.leaf = leaf;
        this.variable = variable;
        addOutput(leaf);
    }

    @Override
    protected List<@Nullable Gradient> backward(List<@Nullable Gradient> gradOutputs) {
        Gradient gradient = gradOutputs.get(0);
        if (gradient != null) {
            accumulate(gradient);
            for (Consumer<Tensor> hook : List.copyOf(variable.accumulatedHooks())) {
                hook.accept(leaf);
            }
        }
        return List.of();
    }

    private void accumulate(Gradient gradient) {
        Tensor sum = variable.grad();
        if (sum != null) {
            GradientSums.addInPlace(sum, gradient.tensor());
            sum.bumpVersion();
        } else if (gradient.isExclusive() && gradient.tensor().isContiguous()) {
            // The extra reference is the leaf's: the engine's own release then frees nothing.
            variable.setGrad(gradient.retain().tensor().detached().keep());
        } else {
            variable.setGrad(GradientSums.copy(gradient.tensor()).keep());
        }
    }

    @Override
    protected void releaseSaved() {}
}
