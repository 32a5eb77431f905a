// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import io.howdah.trainer.nn.AttentionSettings;
import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.LayerNorm;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.Sequential;
import io.howdah.trainer.nn.TransformerBlock;
import io.howdah.trainer.nn.TransformerSettings;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Creation;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The peer's GPT: learned positions, blocks that normalise first, a head of its own. */
final class Gpt extends Module {
    private final Embedding tokens;
    private final Embedding positions;
    private final Sequential blocks;
    private final LayerNorm norm;
    private final Linear head;

    record Sizes(long vocabulary, long width, int layers, long heads, long context) {}

    Gpt(Sizes sizes, Philox random) {
        this.tokens = child("tok", new Embedding(sizes.vocabulary(), sizes.width(), random));
        this.positions = child("pos", new Embedding(sizes.context(), sizes.width(), random));
        TransformerSettings settings = TransformerSettings.layerNormGelu(
                AttentionSettings.of(sizes.width(), sizes.heads()).withCausal());
        List<TransformerBlock> layers = new ArrayList<>();
        for (int i = 0; i < sizes.layers(); i++) {
            layers.add(new TransformerBlock(settings, random));
        }
        this.blocks = child("blocks", new Sequential(layers));
        this.norm = child("ln", new LayerNorm(sizes.width()));
        this.head = child("head", new Linear(sizes.width(), sizes.vocabulary(), Bias.NONE, random));
    }

    /** [B, T] to logits [B, T, V]. */
    Tensor forward(Tensor ids) {
        Tensor x = Arithmetic.add(tokens.forward(ids), positions.forward(Creation.arange(ids.size(1))));
        return head.forward(norm.forward(blocks.forward(x)));
    }
}
