// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Functions;
import io.howdah.trainer.ops.Gates;
import io.howdah.trainer.ops.Softmaxes;
import io.howdah.trainer.tensor.Tensor;

/** Activation functions, element by element where not said otherwise. */
public final class ActivationFunctions {
    private ActivationFunctions() {}

    /** max(x, 0). */
    public static Tensor relu(Tensor x) {
        return Activations.relu(x);
    }

    /** min(max(x, 0), 6). */
    public static Tensor relu6(Tensor x) {
        return Activations.relu6(x);
    }

    /** ½x(1 + erf(x/√2)). */
    public static Tensor gelu(Tensor x) {
        return Activations.gelu(x);
    }

    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
    public static Tensor geluTanh(Tensor x) {
        return Activations.geluTanh(x);
    }

    /** x · σ(x). */
    public static Tensor silu(Tensor x) {
        return Activations.silu(x);
    }

    /** tanh x. */
    public static Tensor tanh(Tensor x) {
        return Functions.tanh(x);
    }

    /** σ(x) = 1 / (1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return Functions.sigmoid(x);
    }

    /** ln σ(x). */
    public static Tensor logSigmoid(Tensor x) {
        return Activations.logSigmoid(x);
    }

    /** x above 0, else slope·x. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return Activations.leakyRelu(x, slope);
    }

    /** x above 0, else α(eˣ − 1). */
    public static Tensor elu(Tensor x, double alpha) {
        return Activations.elu(x, alpha);
    }

    /** ln(1 + e^(βx)) / β, and x where βx exceeds the threshold. */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        return Activations.softplus(x, beta, threshold);
    }

    /** min(max(x, low), high). */
    public static Tensor hardTanh(Tensor x, double low, double high) {
        return Activations.hardTanh(x, low, high);
    }

    /** min(max(x + 3, 0), 6) / 6. */
    public static Tensor hardSigmoid(Tensor x) {
        return Gates.hardSigmoid(x);
    }

    /** x · hardSigmoid(x). */
    public static Tensor hardSwish(Tensor x) {
        return Gates.hardSwish(x);
    }

    /** x · tanh(ln(1 + eˣ)). */
    public static Tensor mish(Tensor x) {
        return Gates.mish(x);
    }

    /**
     * x above 0, else weight·x.
     *
     * @param x [N, C, …]
     * @param weight [C] or [1]
     */
    public static Tensor prelu(Tensor x, Tensor weight) {
        return Gates.prelu(x, weight);
    }

    /** a · σ(b) for the halves a and b of one dimension. */
    public static Tensor glu(Tensor x, int dimension) {
        return Gates.glu(x, dimension);
    }

    /** silu(gate) · x. */
    public static Tensor swiGlu(Tensor gate, Tensor x) {
        return Gates.swiGlu(gate, x);
    }

    /**
     * silu(a) · b for the halves a and b of the last dimension, as one linear layer for both gives them.
     *
     * @param x […, 2·D]
     * @return […, D]
     */
    public static Tensor swiGlu(Tensor x) {
        return Gates.swiGlu(x);
    }

    /** eˣ / Σ eˣ along one dimension. */
    public static Tensor softmax(Tensor x, int dimension) {
        return Softmaxes.softmax(x, dimension);
    }

    /** x − ln Σ eˣ along one dimension. */
    public static Tensor logSoftmax(Tensor x, int dimension) {
        return Softmaxes.logSoftmax(x, dimension);
    }
}
