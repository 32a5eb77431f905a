// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of x̂ · weight + bias, x̂ = (x − mean)·r, r = 1/√(variance + ε), written with ops: for backward passes that
 * are themselves differentiated. With h = gradient · weight and means over what the moments are taken of,
 *
 * <pre>gradient of x = r · (h − mean(h) − x̂ · mean(h · x̂)).</pre>
 *
 * @param centred whether the mean is subtracted; else r = 1/√(mean(x²) + ε) and mean(h) drops out
 * @param moments dimensions over which the moments are taken
 * @param shared dimensions over which one weight is shared
 */
record NormFormula(boolean centred, double epsilon, int[] moments, int[] shared) {
    /**
     * Gives the gradients of input, weight and bias.
     *
     * @param x the input in a shape that suits the dimensions
     * @param weight in a shape that broadcasts to that of x, or null
     * @param gradient in the shape of x
     */
    void give(BackwardCall<?> call, WeightAndBias affine, Tensor x, @Nullable Tensor weight, Tensor gradient) {
        DType precise = WeightAndBias.ofMoments(x.dtype());
        Tensor g = Casts.to(gradient, precise);
        Tensor input = Casts.to(x, precise);
        Tensor centredInput = centred ? Arithmetic.subtract(input, Reductions.mean(input, true, moments)) : input;
        Tensor variance = Reductions.mean(Arithmetic.multiply(centredInput, centredInput), true, moments);
        Tensor deviation = Functions.sqrt(Arithmetic.add(variance, epsilon));
        Tensor normalised = Arithmetic.divide(centredInput, deviation);
        call.give(0, () -> {
            Tensor h = weight == null ? g : Arithmetic.multiply(g, Casts.to(weight, precise));
            Tensor projection = Reductions.mean(Arithmetic.multiply(h, normalised), true, moments);
            Tensor rest = Arithmetic.subtract(h, Arithmetic.multiply(normalised, projection));
            if (centred) {
                rest = Arithmetic.subtract(rest, Reductions.mean(h, true, moments));
            }
            return shaped(Arithmetic.divide(rest, deviation), call, 0);
        });
        if (affine.weighted()) {
            call.give(1, () -> shaped(Reductions.sum(Arithmetic.multiply(g, normalised), shared), call, 1));
        }
        if (affine.biased()) {
            call.give(affine.biasIndex(), () -> shaped(Reductions.sum(g, shared), call, affine.biasIndex()));
        }
    }

    private static Tensor shaped(Tensor gradient, BackwardCall<?> call, int input) {
        return Views.reshape(gradient, call.shape(input).sizes());
    }
}
