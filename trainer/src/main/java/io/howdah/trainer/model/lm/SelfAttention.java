// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.functional.AttentionFunctions;
import io.howdah.trainer.nn.functional.AttentionFunctions.Heads;
import io.howdah.trainer.nn.functional.AttentionFunctions.Rotation;
import io.howdah.trainer.nn.functional.Mode;
import io.howdah.trainer.ops.AttentionOptions;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention of several heads, [B, T, E] to the same. One product, {@code qkv} [(H + 2·G)·D, E], gives H heads of
 * queries before G of keys and G of values; {@code out} [E, H·D] joins the heads.
 */
final class SelfAttention extends Module {
    private final Settings settings;
    private final Linear projection;
    private final Linear joined;

    /** Which positions a position sees. */
    enum Sight {
        /** Itself and those before it. */
        CAUSAL,
        ALL
    }

    /**
     * @param width E
     * @param heads H and G
     * @param headWidth D
     * @param dropout probability with which weights are dropped in training
     */
    record Settings(long width, Heads heads, long headWidth, Bias bias, Sight sight, double dropout) {}

    /** @param deviation of the first weights of {@code out} */
    SelfAttention(Settings settings, FirstWeights first, double deviation) {
        this.settings = settings;
        Heads heads = settings.heads();
        long rows = (heads.queries() + 2 * heads.keys()) * settings.headWidth();
        this.projection = child("qkv", first.linear(settings.width(), rows, settings.bias()));
        this.joined = child(
                "out",
                first.linear(heads.queries() * settings.headWidth(), settings.width(), settings.bias(), deviation));
    }

    /** @param rotation turns queries and keys, with angles of T positions; null for none */
    Tensor forward(Tensor x, @Nullable Rotation rotation) {
        Tensor result = Composite.of(() -> joined.forward(
                AttentionFunctions.selfAttention(projection.forward(x), settings.heads(), rotation, options())));
        returns(result);
        return result;
    }

    private AttentionOptions options() {
        AttentionOptions options = AttentionOptions.DEFAULT;
        if (settings.sight() == Sight.CAUSAL) {
            options = options.withCausal();
        }
        if (mode() == Mode.TRAINING && settings.dropout() > 0) {
            options = options.withDropout(settings.dropout());
        }
        return options;
    }

    @Override
    protected String describe() {
        return "heads=" + settings.heads().queries() + ", keyHeads="
                + settings.heads().keys() + ", headWidth=" + settings.headWidth();
    }
}
