// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

/** A rule that moves every element by itself, so that tensors may be cut anywhere. */
public non-sealed interface ElementwiseRule extends UpdateRule {
    /**
     * Updates the elements [{@code from}, {@code to}) of {@code weights} and {@code state} in place.
     *
     * @param weights FP32 masters
     * @param state one array per name of {@link #stateNames}, each as long as the weights
     * @param gradient mean gradient, unscaled and clipped
     * @param from first element, inclusive
     * @param to last element, exclusive
     * @param step what holds for this step and these elements
     */
    void update(float[] weights, float[][] state, float[] gradient, int from, int to, Step step);
}
