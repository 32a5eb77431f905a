// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import java.nio.ByteBuffer;

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

    /**
     * Weights and gradient in memory of their own, float32.
     *
     * @param weights FP32 masters
     * @param gradient mean gradient, unscaled and clipped
     * @param start place in bytes, in both, of the element that is the first of the state
     */
    record Place(ByteBuffer weights, ByteBuffer gradient, int start) {}

    /**
     * {@link #update} without copies of weights and gradient, with the same bits.
     *
     * @param state one array per name of {@link #stateNames}
     * @return false, and nothing has changed, where this rule or this JVM knows no way that beats copying
     */
    default boolean updateInPlace(Place place, float[][] state, int from, int to, Step step) {
        return false;
    }
}
