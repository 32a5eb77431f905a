// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A normalisation over the width of a position: layer normalisation where there is a bias, else RMS normalisation.
 *
 * @param weight [E]
 * @param bias [E], or null
 */
public record NormWeights(Tensor weight, @Nullable Tensor bias, double epsilon) {
    /** Those of the layer normalisation that is {@code module}'s child at {@code path}. */
    public static NormWeights layerNorm(Module module, String path, double epsilon) {
        return new NormWeights(module.parameter(path + ".weight"), module.parameter(path + ".bias"), epsilon);
    }

    /** Those of the RMS normalisation that is {@code module}'s child at {@code path}. */
    public static NormWeights rmsNorm(Module module, String path, double epsilon) {
        return new NormWeights(module.parameter(path + ".weight"), null, epsilon);
    }
}
