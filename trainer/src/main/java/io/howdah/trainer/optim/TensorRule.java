// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;

/**
 * A rule that needs a whole tensor at once, for a norm or for sums over rows and columns. The result must not depend on
 * how the tensor is cut into slices: sums go over {@linkplain TensorSlices#blocks blocks} in a fixed order.
 */
public non-sealed interface TensorRule extends UpdateRule {
    /** Lengths of the state arrays of a tensor, in order of {@link #stateNames}; none above the tensor's elements. */
    int[] stateSizes(Shape shape);

    /**
     * Updates all weights of one tensor in place.
     *
     * @param tensor FP32 masters and mean gradient, which the rule may overwrite
     * @param state one array per name of {@link #stateNames}, as long as {@link #stateSizes} says
     * @param step what holds for this step and this tensor
     */
    void update(TensorSlices tensor, float[][] state, Step step);
}
