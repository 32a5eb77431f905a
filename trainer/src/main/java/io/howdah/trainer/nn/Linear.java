// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.Functional;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;

/** y = x · Wᵀ + b with x […, K], W [N, K], b [N]; W and b start uniform in ±1/√K, as in PyTorch. */
public final class Linear extends Module {
    private final Tensor weight;
    private final Tensor bias;

    /**
     * @param inputs K
     * @param outputs N
     */
    public Linear(long inputs, long outputs, Philox random) {
        double bound = 1 / Math.sqrt(inputs);
        this.weight = parameter("weight", Initialisation.uniform(random, bound, outputs, inputs));
        this.bias = parameter("bias", Initialisation.uniform(random, bound, outputs));
    }

    /** […, K] to […, N]. */
    public Tensor forward(Tensor x) {
        return Functional.linear(x, weight, bias);
    }

    @Override
    protected String describe() {
        return "inputs=" + weight.size(1) + ", outputs=" + weight.size(0);
    }
}
