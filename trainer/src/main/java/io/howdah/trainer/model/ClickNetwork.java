// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;

/** A network from ids and dense features to one logit per example. */
public abstract sealed class ClickNetwork extends Module permits DeepFm, Dlrm, WideAndDeep {
    ClickNetwork() {}

    /**
     * The logits, [B].
     *
     * @param ids [B, F·H], integers in [0, V), those of a field side by side
     * @param dense [B, D], float32
     */
    public final Tensor forward(Tensor ids, Tensor dense) {
        Tensor logits = logits(ids, dense);
        returns(logits);
        return logits;
    }

    /** What {@link #forward} returns. */
    abstract Tensor logits(Tensor ids, Tensor dense);
}
