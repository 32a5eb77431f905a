// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.RmsNorm;
import io.howdah.trainer.nn.functional.ActivationFunctions;
import io.howdah.trainer.nn.functional.AttentionFunctions.Rotation;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Tensor;

/** h = x + attention(norm1(x)), h + down(silu(gate(norm2(h))) · up(norm2(h))); one product gives gate and up. */
final class LlamaBlock extends Module {
    private final RmsNorm firstNorm;
    private final SelfAttention attention;
    private final RmsNorm secondNorm;
    private final Linear gateAndUp;
    private final Linear down;

    private final double epsilon;

    LlamaBlock(LlamaSettings settings, FirstWeights first) {
        this.epsilon = settings.epsilon();
        TransformerSizes sizes = settings.sizes();
        this.firstNorm = child("norm1", new RmsNorm(sizes.width(), settings.epsilon()));
        this.attention = child(
                "attention",
                new SelfAttention(
                        new SelfAttention.Settings(
                                sizes.width(),
                                settings.heads(),
                                settings.headWidth(),
                                Bias.NONE,
                                SelfAttention.Sight.CAUSAL,
                                0),
                        first,
                        FirstWeights.DEVIATION));
        this.secondNorm = child("norm2", new RmsNorm(sizes.width(), settings.epsilon()));
        this.gateAndUp = child("gate_up", first.linear(sizes.width(), 2 * sizes.hidden(), Bias.NONE));
        this.down = child("down", first.linear(sizes.hidden(), sizes.width(), Bias.NONE));
    }

    BlockWeights weights() {
        return new BlockWeights(
                NormWeights.rmsNorm(this, "norm1", epsilon),
                LinearWeights.unbiased(this, "attention.qkv"),
                LinearWeights.unbiased(this, "attention.out"),
                NormWeights.rmsNorm(this, "norm2", epsilon),
                LinearWeights.unbiased(this, "gate_up"),
                LinearWeights.unbiased(this, "down"));
    }

    Tensor forward(Tensor x, Rotation rotation) {
        Tensor result = Composite.of(() -> {
            Tensor attended = Residuals.add(x, attention.forward(firstNorm.forward(x), rotation), 0, mode());
            Tensor hidden = ActivationFunctions.swiGlu(gateAndUp.forward(secondNorm.forward(attended)));
            return Residuals.add(attended, down.forward(hidden), 0, mode());
        });
        returns(result);
        return result;
    }
}
