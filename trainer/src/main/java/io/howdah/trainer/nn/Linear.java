// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** y = x · Wᵀ + b with x […, K], W [N, K], b [N]; W and b start uniform in ±1/√K, as in PyTorch. */
public final class Linear extends Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * With a bias.
     *
     * @param inputs K
     * @param outputs N
     */
    public Linear(long inputs, long outputs, Philox random) {
        this(inputs, outputs, Bias.LEARNT, random);
    }

    /**
     * @param inputs K
     * @param outputs N
     */
    public Linear(long inputs, long outputs, Bias bias, Philox random) {
        double bound = Initialisation.bound(outputs, inputs);
        this.weight = parameter("weight", Initialisation.uniform(random, bound, outputs, inputs));
        this.bias = bias == Bias.LEARNT ? parameter("bias", Initialisation.uniform(random, bound, outputs)) : null;
    }

    private Linear(Tensor weight, @Nullable Tensor bias) {
        this.weight = parameter("weight", weight);
        this.bias = bias == null ? null : parameter("bias", bias);
    }

    private Linear(Tensor weight) {
        this.weight = share("weight", weight);
        this.bias = null;
    }

    /**
     * A layer with these first values, which it owns.
     *
     * @param weight [N, K]
     * @param bias [N] or null
     */
    public static Linear of(Tensor weight, @Nullable Tensor bias) {
        return new Linear(weight, bias);
    }

    /**
     * A layer without bias that shares its weight, for instance with the embedding of its outputs (Press and Wolf, “Using
     * the output embedding to improve language models”, 2017).
     *
     * @param weight [N, K], a parameter of another module
     */
    public static Linear sharing(Tensor weight) {
        return new Linear(weight);
    }

    /** W, [N, K]. */
    public Tensor weight() {
        return weight;
    }

    /** b, [N], or null. */
    public @Nullable Tensor bias() {
        return bias;
    }

    /** […, K] to […, N]. */
    @Override
    protected Tensor compute(Tensor x) {
        return LinearFunctions.linear(x, weight, bias);
    }

    @Override
    protected String expected() {
        return "[…, " + weight.size(1) + "]";
    }

    @Override
    protected String describe() {
        return "inputs=" + weight.size(1) + ", outputs=" + weight.size(0) + (bias == null ? ", bias=none" : "");
    }
}
