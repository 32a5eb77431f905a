// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.NormalisationFunctions;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** (x − mean) / √(variance + ε) · weight + bias over the last dimensions; […, *normalised] to the same. */
public final class LayerNorm extends Layer {
    /** PyTorch's. */
    public static final double DEFAULT_EPSILON = 1e-5;

    private final Shape normalised;
    private final double epsilon;
    private final @Nullable Tensor weight;
    private final @Nullable Tensor bias;

    /** Over the last dimension of size D, with weight and bias. */
    public LayerNorm(long width) {
        this(Shape.of(width), DEFAULT_EPSILON, Affine.WEIGHT_AND_BIAS);
    }

    /** @param normalised sizes of the last dimensions */
    public LayerNorm(Shape normalised, double epsilon, Affine affine) {
        this.normalised = normalised;
        this.epsilon = epsilon;
        this.weight =
                affine == Affine.NONE ? null : parameter("weight", Initialisation.constant(1, normalised.sizes()));
        this.bias = affine == Affine.WEIGHT_AND_BIAS
                ? parameter("bias", Initialisation.constant(0, normalised.sizes()))
                : null;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return NormalisationFunctions.layerNorm(x, normalised, weight, bias, epsilon);
    }

    @Override
    protected String expected() {
        return "last dimensions " + normalised;
    }

    @Override
    protected String describe() {
        return normalised + ", epsilon=" + epsilon;
    }
}
