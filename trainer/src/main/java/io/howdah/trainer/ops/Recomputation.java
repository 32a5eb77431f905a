// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of a fused op while they are themselves recorded: the function is computed again from its inputs, made of
 * ops that can be differentiated any number of times, and differentiated.
 */
final class Recomputation {
    private Recomputation() {}

    /**
     * Gives the gradients of all inputs that need one; recorded if the mode says so.
     *
     * @param operands how many inputs to pass on; the forward has saved all of them
     * @param function from these inputs to the floating-point results of the op
     */
    static void give(BackwardCall<?> call, int operands, Function<List<Tensor>, List<Tensor>> function) {
        boolean recorded = GradMode.isEnabled();
        List<Tensor> inputs = new ArrayList<>();
        List<Tensor> wanted = new ArrayList<>();
        List<Tensor> seeds = new ArrayList<>();
        List<Tensor> outputs;
        try (GradMode.Scope scope = GradMode.enableGrad()) {
            for (int i = 0; i < operands; i++) {
                Tensor input = call.input(i);
                if (call.needs(i)) {
                    input = recorded ? ownNode(input) : Autograd.requireGrad(input.detached());
                    wanted.add(input);
                }
                inputs.add(input);
            }
            outputs = function.apply(inputs);
        }
        for (int i = 0; i < outputs.size(); i++) {
            seeds.add(call.gradient(i));
        }
        Autograd.SavedTensors saved = recorded ? Autograd.SavedTensors.DIFFERENTIATE : Autograd.SavedTensors.FREE;
        List<@Nullable Tensor> gradients = Autograd.grad(outputs, seeds, wanted, saved, Autograd.Unused.ZEROS);
        int next = 0;
        for (int i = 0; i < operands; i++) {
            if (call.needs(i)) {
                Tensor gradient = gradients.get(next++);
                if (gradient != null) {
                    call.give(i, () -> gradient);
                }
            }
        }
    }

    /** The tensor as the result of a node of its own: one tensor may be several inputs. */
    private static Tensor ownNode(Tensor input) {
        return Views.expand(input, input.shape().sizes());
    }
}
