// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Views;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Linear maps. */
public final class LinearFunctions {
    private LinearFunctions() {}

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

    /** The elements of dimensions {@code first} to {@code last} in one dimension; negative numbers count from the end. */
    public static Tensor flatten(Tensor x, int first, int last) {
        return Views.flatten(x, first, last);
    }
}
