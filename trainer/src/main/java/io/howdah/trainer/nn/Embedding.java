// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.Functional;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;

/** One vector of width D for each of V tokens; they start standard normal, as in PyTorch. */
public final class Embedding extends Module {
    private final Tensor weight;

    /**
     * @param tokens V
     * @param width D
     */
    public Embedding(long tokens, long width, Philox random) {
        this.weight = parameter("weight", Initialisation.normal(random, tokens, width));
    }

    /** […] integers in [0, V) to […, D]. */
    public Tensor forward(Tensor ids) {
        return Functional.embedding(weight, ids);
    }

    @Override
    protected String describe() {
        return "tokens=" + weight.size(0) + ", width=" + weight.size(1);
    }
}
