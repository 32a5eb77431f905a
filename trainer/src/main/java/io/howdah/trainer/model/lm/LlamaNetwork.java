// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.nn.Embedding;
import io.howdah.trainer.nn.Linear;
import io.howdah.trainer.nn.ModuleList;
import io.howdah.trainer.nn.RmsNorm;
import io.howdah.trainer.nn.functional.AttentionFunctions.Rotation;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.ops.RotaryEmbedding;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * LLaMA (Touvron et al., “LLaMA: open and efficient foundation language models”, 2023): rotary positions, RMS
 * normalisation before each branch, grouped queries (Ainslie et al. 2023), SwiGLU (Shazeer 2020), no biases.
 *
 * <p>Weights start normal with deviation 0.02.
 */
public final class LlamaNetwork extends LanguageNetwork {
    private final LlamaSettings settings;
    private final Embedding tokens;
    private final ModuleList<LlamaBlock> blocks;
    private final RmsNorm norm;
    private final Linear head;
    private final RotaryEmbedding.Angles angles;

    public LlamaNetwork(LlamaSettings settings, Philox random) {
        this(settings, FirstWeights.drawn(random));
    }

    private LlamaNetwork(LlamaSettings settings, FirstWeights first) {
        this.settings = settings;
        TransformerSizes sizes = settings.sizes();
        this.tokens = child("tokens", first.embedding(sizes.vocabulary(), sizes.width()));
        this.blocks = child(
                "blocks",
                new ModuleList<>(IntStream.range(0, sizes.layers())
                        .mapToObj(layer -> new LlamaBlock(settings, first))
                        .toList()));
        this.norm = child("norm", new RmsNorm(sizes.width(), settings.epsilon()));
        this.head = child("head", first.head(settings.head(), tokens));
        double[] frequencies = RotaryEmbedding.frequencies(Math.toIntExact(settings.headWidth()), settings.theta());
        this.angles = RotaryEmbedding.angles(settings.scaling().of(frequencies), sizes.context(), DType.FLOAT32);
        derivedBuffer("rotary_cosines", angles.cosines());
        derivedBuffer("rotary_sines", angles.sines());
    }

    /** A network whose parameters hold arbitrary values until a state is loaded. */
    public static LlamaNetwork toBeLoaded(LlamaSettings settings) {
        return new LlamaNetwork(settings, FirstWeights.toBeLoaded());
    }

    public LlamaSettings settings() {
        return settings;
    }

    @Override
    public long vocabulary() {
        return settings.sizes().vocabulary();
    }

    @Override
    public Tensor hidden(Tensor numbers) {
        checkRows(numbers, settings.sizes().context());
        return Composite.of(() -> {
            Rotation rotation = rotation(angles, numbers.size(1));
            Tensor x = tokens.forward(numbers);
            for (LlamaBlock block : blocks) {
                x = block.forward(x, rotation);
            }
            return norm.forward(x);
        });
    }

    /** Turns queries and keys of T positions. */
    static Rotation rotation(RotaryEmbedding.Angles angles, long positions) {
        return new Rotation(angles.narrow(0, positions), RotaryEmbedding.Pairs.HALVES);
    }

    @Override
    public Tensor logits(Tensor hidden) {
        return head.forward(hidden);
    }

    @Override
    Optional<HeadParts> headParts() {
        return Optional.of(new HeadParts(
                tokens.weight(),
                head.weight(),
                settings.epsilon(),
                first -> new LlamaHeadLayer(settings, angles, first)));
    }

    @Override
    public Optional<DecoderWeights> decoderWeights() {
        TransformerSizes sizes = settings.sizes();
        BlockShape shape = new BlockShape(
                Math.toIntExact(sizes.width()),
                Math.toIntExact(sizes.heads()),
                Math.toIntExact(settings.keyHeads()),
                Math.toIntExact(settings.headWidth()),
                Math.toIntExact(sizes.hidden()),
                HiddenActivation.SWIGLU,
                Math.toIntExact(sizes.context()),
                angles);
        List<BlockWeights> weights = IntStream.range(0, sizes.layers())
                .mapToObj(layer -> blocks.at(layer).weights())
                .toList();
        return Optional.of(new DecoderWeights(
                shape,
                tokens.weight(),
                null,
                weights,
                NormWeights.rmsNorm(this, "norm", settings.epsilon()),
                head.weight()));
    }

    @Override
    protected String describe() {
        return settings.toString();
    }
}
