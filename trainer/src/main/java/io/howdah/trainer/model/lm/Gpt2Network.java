// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Affine;
import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.LayerNorm;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.ModuleList;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.Slices;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * GPT-2 (Radford et al., “Language models are unsupervised multitask learners”, 2019): learnt positions, blocks that
 * normalise before each branch, GELU, a last normalisation, and a head without bias.
 *
 * <p>Weights start normal with deviation 0.02, those of the layers that end a branch with 0.02/√(2 · layers).
 */
public final class Gpt2Network extends LanguageNetwork {
    private final Gpt2Settings settings;
    private final Embedding tokens;
    private final Embedding positions;
    private final ModuleList<Gpt2Block> blocks;
    private final LayerNorm norm;
    private final Linear head;

    public Gpt2Network(Gpt2Settings settings, Philox random) {
        this(settings, FirstWeights.drawn(random));
    }

    private Gpt2Network(Gpt2Settings settings, FirstWeights first) {
        this.settings = settings;
        TransformerSizes sizes = settings.sizes();
        this.tokens = child("tokens", first.embedding(sizes.vocabulary(), sizes.width()));
        this.positions = child("positions", first.embedding(sizes.context(), sizes.width()));
        this.blocks = child(
                "blocks",
                new ModuleList<>(IntStream.range(0, sizes.layers())
                        .mapToObj(layer -> new Gpt2Block(settings, first))
                        .toList()));
        this.norm = child("norm", norm(settings));
        this.head = child("head", first.head(settings.head(), tokens));
    }

    /** A network whose parameters hold arbitrary values until a state is loaded. */
    public static Gpt2Network toBeLoaded(Gpt2Settings settings) {
        return new Gpt2Network(settings, FirstWeights.toBeLoaded());
    }

    static LayerNorm norm(Gpt2Settings settings) {
        return new LayerNorm(Shape.of(settings.sizes().width()), settings.epsilon(), Affine.WEIGHT_AND_BIAS);
    }

    public Gpt2Settings settings() {
        return settings;
    }

    @Override
    public long vocabulary() {
        return settings.sizes().vocabulary();
    }

    @Override
    public Tensor hidden(Tensor numbers) {
        long context = settings.sizes().context();
        checkRows(numbers, context);
        return Composite.of(() -> {
            Tensor all = positions.weight();
            Tensor seen = numbers.size(1) == context ? all : Slices.narrow(all, 0, 0, numbers.size(1));
            Tensor x = Residuals.dropped(Arithmetic.add(tokens.forward(numbers), seen), settings.dropout(), mode());
            for (Gpt2Block block : blocks) {
                x = block.forward(x);
            }
            return norm.forward(x);
        });
    }

    @Override
    public Tensor logits(Tensor hidden) {
        return head.forward(hidden);
    }

    @Override
    Optional<HeadParts> headParts() {
        return Optional.of(new HeadParts(
                tokens.weight(), head.weight(), settings.epsilon(), first -> new Gpt2HeadLayer(settings, first)));
    }

    @Override
    public Optional<DecoderWeights> decoderWeights() {
        TransformerSizes sizes = settings.sizes();
        BlockShape shape = new BlockShape(
                Math.toIntExact(sizes.width()),
                Math.toIntExact(sizes.heads()),
                Math.toIntExact(sizes.heads()),
                Math.toIntExact(sizes.headWidth()),
                Math.toIntExact(sizes.hidden()),
                settings.activation() == Gelu.ERF ? HiddenActivation.GELU_ERF : HiddenActivation.GELU_TANH,
                Math.toIntExact(sizes.context()),
                null);
        List<BlockWeights> weights = IntStream.range(0, sizes.layers())
                .mapToObj(layer -> blocks.at(layer).weights())
                .toList();
        return Optional.of(new DecoderWeights(
                shape,
                tokens.weight(),
                positions.weight(),
                weights,
                NormWeights.layerNorm(this, "norm", settings.epsilon()),
                head.weight()));
    }

    @Override
    protected String describe() {
        return settings.toString();
    }
}
