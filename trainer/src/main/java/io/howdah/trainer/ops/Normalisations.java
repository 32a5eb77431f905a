// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Tensor;

/** Scaling of vectors to norm 1. */
public final class Normalisations {
    private Normalisations() {}

    /** x / max(‖x‖ₚ, ε) with the norms along one dimension. */
    public static Tensor normalize(Tensor x, double p, int dimension, double epsilon) {
        return Composite.of(() -> {
            Tensor norms = Norms.norm(x, p, true, dimension);
            return Arithmetic.divide(x, Bounds.clamp(norms, epsilon, Double.POSITIVE_INFINITY));
        });
    }

    /** x / max(‖x‖₂, 1e-12) with the norms along one dimension. */
    public static Tensor normalize(Tensor x, int dimension) {
        return normalize(x, 2, dimension, 1e-12);
    }
}
