// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Recurrent;
import io.howdah.trainer.ops.RecurrentKind;
import io.howdah.trainer.ops.RecurrentOptions;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recurrent networks. */
public final class RecurrentFunctions {
    private RecurrentFunctions() {}

    /**
     * Runs all layers over all steps.
     *
     * @param x [T, N, I], [N, T, I] where the options say batch first, or [T, I]
     * @param initial [layers · directions, N, H] each; null for zeros
     * @param weights layer by layer, forward before backward
     * @param mode decides on the dropout, whatever the options say of training
     */
    public static Recurrent.Result run(
            RecurrentKind kind,
            Tensor x,
            Recurrent.@Nullable State initial,
            List<Recurrent.Weights> weights,
            RecurrentOptions options,
            Mode mode) {
        return Recurrent.run(kind, x, initial, weights, options.withDropout(options.dropout(), mode.isTraining()));
    }

    /**
     * One step of one layer.
     *
     * @param x [N, I] or [I]
     * @param state [N, H] each, or [H]
     * @return the new state
     */
    public static Recurrent.State step(RecurrentKind kind, Tensor x, Recurrent.State state, Recurrent.Weights weights) {
        return Recurrent.step(kind, x, state, weights);
    }
}
