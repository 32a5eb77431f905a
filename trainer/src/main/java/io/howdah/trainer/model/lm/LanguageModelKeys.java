// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of the language models. */
public final class LanguageModelKeys {
    public static final Key<String> PRETRAINED = Key.path(
            "howdah.model.pretrained",
            null,
            "Folder of a model in Hugging Face's layout (config.json, model.safetensors) whose sizes and weights training"
                    + " starts from. Unset: from random weights.");

    public static final Key<Long> VOCABULARY = Key.integer(
            "howdah.lm.vocabulary",
            0L,
            0,
            10_000_000,
            "tokens",
            "Tokens that a language model knows; 0 takes the dataset's, and one more, which hides others, for bert.");

    public static final Key<Long> CONTEXT = Key.integer(
            "howdah.lm.context",
            256L,
            1,
            1_048_576,
            "tokens",
            "Positions of a transformer, and so the longest row that it can be trained on.");

    public static final Key<Long> WIDTH =
            Key.integer("howdah.lm.width", 384L, 1, 65_536, "numbers", "Width of the vector of a position.");

    public static final Key<Long> LAYERS =
            Key.integer("howdah.lm.layers", 6L, 1, 1024, "layers", "Number of blocks, or of layers of the lstm.");

    public static final Key<Long> HEADS =
            Key.integer("howdah.lm.heads", 6L, 1, 1024, "heads", "Heads of queries of a block's attention.");

    public static final Key<Long> KEY_HEADS = Key.integer(
            "howdah.lm.key.heads",
            0L,
            0,
            1024,
            "heads",
            "Heads of keys and values of llama, a divisor of howdah.lm.heads; 0 for as many.");

    public static final Key<Long> HEAD_WIDTH = Key.integer(
            "howdah.lm.head.width",
            0L,
            0,
            65_536,
            "numbers",
            "Width of a head of llama; 0 shares howdah.lm.width among the heads.");

    public static final Key<Long> HIDDEN = Key.integer(
            "howdah.lm.hidden",
            0L,
            0,
            1_048_576,
            "numbers",
            "Width inside a block's feed-forward part, or of the lstm's states; 0 for 4 times howdah.lm.width, 8/3 of it,"
                    + " rounded up to a multiple of 32, for llama, and the width itself for the lstm.");

    public static final Key<String> ACTIVATION = Key.choice(
            "howdah.lm.activation",
            Gelu.ERF.text(),
            Gelu.names(),
            "Function inside the blocks of gpt2 and bert: GELU, or its approximation by tanh.");

    public static final Key<String> HEAD = Key.choice(
            "howdah.lm.head",
            Head.UNTIED.text(),
            Head.names(),
            "Whether the weight that gives the scores of the tokens is that of their embedding.");

    public static final Key<Double> EPSILON = Key.decimal(
            "howdah.lm.norm.epsilon", 1e-5, 1e-12, 0.1, "", "What keeps the roots of the normalisations from 0.");

    public static final Key<Double> DROPOUT = Key.decimal(
            "howdah.lm.dropout", 0.0, 0, 0.9, "", "Probability with which elements are dropped in training.");

    public static final Key<Double> ROPE_THETA = Key.decimal(
            "howdah.lm.rope.theta", 10_000.0, 1, 1e9, "", "Base of the wavelengths of llama's rotary positions.");

    public static final Key<String> ROPE_SCALING = Key.choice(
            "howdah.lm.rope.scaling",
            RotaryScaling.NONE.rule().text(),
            RotaryScaling.names(),
            "How llama's rotary positions are stretched to longer contexts.");

    public static final Key<Double> ROPE_FACTOR =
            Key.decimal("howdah.lm.rope.factor", 1.0, 1, 1e6, "", "How far howdah.lm.rope.scaling stretches.");

    public static final Key<Double> ROPE_LOW = Key.decimal(
            "howdah.lm.rope.low.frequency",
            1.0,
            0,
            1e6,
            "turns",
            "llama3 stretches wavelengths that turn fewer times than this in the original context in full.");

    public static final Key<Double> ROPE_HIGH = Key.decimal(
            "howdah.lm.rope.high.frequency",
            4.0,
            0,
            1e6,
            "turns",
            "llama3 leaves wavelengths alone that turn more often than this in the original context.");

    public static final Key<Long> ROPE_ORIGINAL = Key.integer(
            "howdah.lm.rope.original.context",
            8192L,
            1,
            1_048_576,
            "tokens",
            "Context of the training before llama3's stretching.");

    public static final Key<Double> MASK_RATE = Key.decimal(
            "howdah.lm.mask.rate", 0.15, 1e-6, 1, "", "Share of the tokens of a row that bert has to find.");

    public static final List<Key<?>> ALL = List.of(
            PRETRAINED,
            VOCABULARY,
            CONTEXT,
            WIDTH,
            LAYERS,
            HEADS,
            KEY_HEADS,
            HEAD_WIDTH,
            HIDDEN,
            ACTIVATION,
            HEAD,
            EPSILON,
            DROPOUT,
            ROPE_THETA,
            ROPE_SCALING,
            ROPE_FACTOR,
            ROPE_LOW,
            ROPE_HIGH,
            ROPE_ORIGINAL,
            MASK_RATE);

    private LanguageModelKeys() {}
}
