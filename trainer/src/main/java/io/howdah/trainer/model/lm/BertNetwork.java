// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Bias;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Initialisation;
import io.howdah.trainer.nn.LayerNorm;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.nn.ModuleList;
import io.howdah.trainer.nn.functional.LinearFunctions;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * A BERT-style encoder (Devlin et al., “BERT: pre-training of deep bidirectional transformers for language
 * understanding”, 2018): learnt positions, every position sees all others, normalisation behind each sum. The head is
 * BERT's: a layer with GELU and normalisation, then scores with a bias. There are no segments and no next-sentence head.
 *
 * <p>Weights start normal with deviation 0.02.
 */
public final class BertNetwork extends LanguageNetwork {
    private final Gpt2Settings settings;
    private final Embedding tokens;
    private final Embedding positions;
    private final LayerNorm embeddingNorm;
    private final ModuleList<Block> blocks;
    private final Linear transform;
    private final LayerNorm transformNorm;
    private final Linear head;
    private final Tensor headBias;

    /** @param settings as those of a GPT-2 */
    public BertNetwork(Gpt2Settings settings, Philox random) {
        FirstWeights first = FirstWeights.drawn(random);
        this.settings = settings;
        TransformerSizes sizes = settings.sizes();
        this.headBias = parameter("head_bias", Initialisation.constant(0, sizes.vocabulary()));
        this.tokens = child("tokens", first.embedding(sizes.vocabulary(), sizes.width()));
        this.positions = child("positions", first.embedding(sizes.context(), sizes.width()));
        this.embeddingNorm = child("norm", Gpt2Network.norm(settings));
        this.blocks = child(
                "blocks",
                new ModuleList<>(IntStream.range(0, sizes.layers())
                        .mapToObj(layer -> new Block(settings, first))
                        .toList()));
        this.transform = child("transform", first.linear(sizes.width(), sizes.width(), Bias.LEARNT));
        this.transformNorm = child("transform_norm", Gpt2Network.norm(settings));
        this.head = child("head", first.head(settings.head(), tokens));
    }

    @Override
    public long vocabulary() {
        return settings.sizes().vocabulary();
    }

    @Override
    public Tensor hidden(Tensor numbers) {
        checkRows(numbers, settings.sizes().context());
        return Composite.of(() -> {
            Tensor seen = Slices.narrow(positions.weight(), 0, 0, numbers.size(1));
            Tensor x = embeddingNorm.forward(Arithmetic.add(tokens.forward(numbers), seen));
            x = Residuals.dropped(x, settings.dropout(), mode());
            for (Block block : blocks) {
                x = block.forward(x);
            }
            return x;
        });
    }

    @Override
    public Tensor logits(Tensor hidden) {
        return Composite.of(() -> {
            Tensor x = transformNorm.forward(settings.activation().of(transform.forward(hidden)));
            return LinearFunctions.linear(x, head.weight(), headBias);
        });
    }

    @Override
    protected String describe() {
        return settings.toString();
    }

    /** h = norm1(x + attention(x)), norm2(h + down(gelu(up(h)))). */
    private static final class Block extends Module {
        private final Gpt2Settings settings;
        private final SelfAttention attention;
        private final LayerNorm firstNorm;
        private final Linear up;
        private final Linear down;
        private final LayerNorm secondNorm;

        Block(Gpt2Settings settings, FirstWeights first) {
            this.settings = settings;
            TransformerSizes sizes = settings.sizes();
            this.attention = child(
                    "attention",
                    new SelfAttention(settings.attention(SelfAttention.Sight.ALL), first, FirstWeights.DEVIATION));
            this.firstNorm = child("norm1", Gpt2Network.norm(settings));
            this.up = child("up", first.linear(sizes.width(), sizes.hidden(), Bias.LEARNT));
            this.down = child("down", first.linear(sizes.hidden(), sizes.width(), Bias.LEARNT));
            this.secondNorm = child("norm2", Gpt2Network.norm(settings));
        }

        Tensor forward(Tensor x) {
            double dropout = settings.dropout();
            Tensor result = Composite.of(() -> {
                Tensor attended = firstNorm.forward(Residuals.add(x, attention.forward(x, null), dropout, mode()));
                Tensor hidden = settings.activation().of(up.forward(attended));
                return secondNorm.forward(Residuals.add(attended, down.forward(hidden), dropout, mode()));
            });
            returns(result);
            return result;
        }
    }
}
