// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;

/** A block of a decoder's kind and the normalisation behind it, over what the decoder says of its positions. */
public abstract class HeadLayer extends Module {
    /** norm(block(x)), [B, T, E] to the same; a position sees itself and those before it. */
    abstract Tensor forward(Tensor x);

    /** The block as an inference engine reads it. */
    public abstract BlockWeights block();

    /** The normalisation behind it. */
    public abstract NormWeights norm();
}
