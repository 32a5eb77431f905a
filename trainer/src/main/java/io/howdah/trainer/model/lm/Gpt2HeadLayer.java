// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.LayerNorm;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Tensor;

/** That of a GPT-2. */
final class Gpt2HeadLayer extends HeadLayer {
    private final Gpt2Settings settings;
    private final Gpt2Block block;
    private final LayerNorm norm;

    Gpt2HeadLayer(Gpt2Settings settings, FirstWeights first) {
        this.settings = settings;
        this.block = child("block", new Gpt2Block(settings, first));
        this.norm = child("norm", Gpt2Network.norm(settings));
    }

    @Override
    Tensor forward(Tensor x) {
        return Composite.of(() -> norm.forward(block.forward(x)));
    }

    @Override
    public BlockWeights block() {
        return block.weights();
    }

    @Override
    public NormWeights norm() {
        return NormWeights.layerNorm(this, "norm", settings.epsilon());
    }
}
