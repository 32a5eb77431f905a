// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.RmsNorm;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.RotaryEmbedding.Angles;
import io.howdah.trainer.tensor.Tensor;

/** That of a LLaMA. */
final class LlamaHeadLayer extends HeadLayer {
    private final LlamaSettings settings;
    private final Angles angles;
    private final LlamaBlock block;
    private final RmsNorm norm;

    /** @param angles the decoder's own */
    LlamaHeadLayer(LlamaSettings settings, Angles angles, FirstWeights first) {
        this.settings = settings;
        this.angles = angles;
        this.block = child("block", new LlamaBlock(settings, first));
        this.norm = child("norm", new RmsNorm(settings.sizes().width(), settings.epsilon()));
    }

    @Override
    Tensor forward(Tensor x) {
        return Composite.of(() -> norm.forward(block.forward(x, LlamaNetwork.rotation(angles, x.size(1)))));
    }

    @Override
    public BlockWeights block() {
        return block.weights();
    }

    @Override
    public NormWeights norm() {
        return NormWeights.rmsNorm(this, "norm", settings.epsilon());
    }
}
