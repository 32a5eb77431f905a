// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.LayerNorm;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Tensor;

/** h = x + attention(norm1(x)), h + down(gelu(up(norm2(h)))). */
final class Gpt2Block extends Module {
    private final Gpt2Settings settings;
    private final LayerNorm firstNorm;
    private final SelfAttention attention;
    private final LayerNorm secondNorm;
    private final Linear up;
    private final Linear down;

    Gpt2Block(Gpt2Settings settings, FirstWeights first) {
        this.settings = settings;
        TransformerSizes sizes = settings.sizes();
        double ending = FirstWeights.DEVIATION / Math.sqrt(2.0 * sizes.layers());
        this.firstNorm = child("norm1", Gpt2Network.norm(settings));
        this.attention =
                child("attention", new SelfAttention(settings.attention(SelfAttention.Sight.CAUSAL), first, ending));
        this.secondNorm = child("norm2", Gpt2Network.norm(settings));
        this.up = child("up", first.linear(sizes.width(), sizes.hidden(), Bias.LEARNT));
        this.down = child("down", first.linear(sizes.hidden(), sizes.width(), Bias.LEARNT, ending));
    }

    BlockWeights weights() {
        return new BlockWeights(
                NormWeights.layerNorm(this, "norm1", settings.epsilon()),
                LinearWeights.biased(this, "attention.qkv"),
                LinearWeights.biased(this, "attention.out"),
                NormWeights.layerNorm(this, "norm2", settings.epsilon()),
                LinearWeights.biased(this, "up"),
                LinearWeights.biased(this, "down"));
    }

    Tensor forward(Tensor x) {
        double dropout = settings.dropout();
        Tensor result = Composite.of(() -> {
            Tensor attended = Residuals.add(x, attention.forward(firstNorm.forward(x), null), dropout, mode());
            Tensor hidden = settings.activation().of(up.forward(secondNorm.forward(attended)));
            return Residuals.add(attended, down.forward(hidden), dropout, mode());
        });
        returns(result);
        return result;
    }
}
