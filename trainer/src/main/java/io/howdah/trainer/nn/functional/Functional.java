// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Lookup;
import io.howdah.trainer.ops.Losses;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Layers as functions of their inputs and parameters. */
public final class Functional {
    private Functional() {}

    /**
     * x · Wᵀ (+ bias).
     *
     * @param x […, K]
     * @param weight W, [N, K]
     * @param bias [N] or null
     * @return […, N]
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return Matrices.linear(x, weight, bias);
    }

    /**
     * Rows of {@code table} by number.
     *
     * @param table [V, D]
     * @param ids […], integers in [0, V)
     * @return […, D]
     */
    public static Tensor embedding(Tensor table, Tensor ids) {
        return Lookup.embedding(table, ids);
    }

    /**
     * Negative log-likelihood of the targets under a softmax of the logits, in nats.
     *
     * @param logits […, C]
     * @param targets […], integers in [0, C)
     * @param reduction NONE gives one loss per target, [N]; the others a scalar
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, Losses.Reduction reduction) {
        Tensor rows = Views.reshape(logits, -1, logits.size(-1));
        return Losses.crossEntropy(rows, Views.reshape(targets, targets.elements()), reduction);
    }
}
