// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.NormalisationFunctions;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** x / √(mean(x²) + ε) · weight over the last dimensions; […, *normalised] to the same. */
public final class RmsNorm extends Layer {
    private final Shape normalised;
    private final @Nullable Double epsilon;
    private final @Nullable Tensor weight;

    /** Over the last dimension of size D, with a weight. */
    public RmsNorm(long width, double epsilon) {
        this(Shape.of(width), epsilon, Affine.WEIGHT);
    }

    /**
     * @param normalised sizes of the last dimensions
     * @param epsilon null for the distance from 1 to the next number of the input's dtype, PyTorch's default
     * @param affine WEIGHT or NONE
     */
    public RmsNorm(Shape normalised, @Nullable Double epsilon, Affine affine) {
        if (affine == Affine.WEIGHT_AND_BIAS) {
            throw new IllegalArgumentException(
                    "Cannot make RmsNorm: affine=" + affine + ", expected WEIGHT or NONE; it has no bias");
        }
        this.normalised = normalised;
        this.epsilon = epsilon;
        this.weight =
                affine == Affine.WEIGHT ? parameter("weight", Initialisation.constant(1, normalised.sizes())) : null;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return epsilon == null
                ? NormalisationFunctions.rmsNorm(x, normalised, weight)
                : NormalisationFunctions.rmsNorm(x, normalised, weight, epsilon);
    }

    @Override
    protected String expected() {
        return "last dimensions " + normalised;
    }

    @Override
    protected String describe() {
        return normalised + (epsilon == null ? "" : ", epsilon=" + epsilon);
    }
}
