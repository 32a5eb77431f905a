// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * y = x · weightᵀ + bias.
 *
 * @param weight [out, in]
 * @param bias [out], or null for none
 */
public record LinearWeights(Tensor weight, @Nullable Tensor bias) {
    /** Those of the linear layer that is {@code module}'s child at {@code path}. */
    public static LinearWeights biased(Module module, String path) {
        return new LinearWeights(module.parameter(path + ".weight"), module.parameter(path + ".bias"));
    }

    /** As {@link #biased}, of a layer without bias. */
    public static LinearWeights unbiased(Module module, String path) {
        return new LinearWeights(module.parameter(path + ".weight"), null);
    }
}
