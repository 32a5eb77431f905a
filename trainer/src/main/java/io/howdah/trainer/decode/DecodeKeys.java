// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.howdah.trainer.config.Key;
import io.howdah.trainer.decode.engine.Products;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import java.util.ArrayList;
import java.util.List;

/** Configuration of writing texts: what is written, and how tokens are guessed ahead. */
public final class DecodeKeys {
    private static final String PREFIX = "howdah.decode.";
    private static final int LONGEST = 1 << 20;

    public static final Key<Long> MAX_TOKENS = Key.integer(
            PREFIX + "max.tokens", 128L, 1, LONGEST, "tokens", "Most tokens that are written behind a prompt.");

    public static final Key<Long> SAMPLES =
            Key.integer(PREFIX + "samples", 1L, 1, 1024, "texts", "Texts that are written for each prompt.");

    public static final Key<Long> SEED = Key.integer(
            PREFIX + "seed",
            0L,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "",
            "Seed of the noise. Equal seeds give equal texts, whatever the batch, the tasks and the drafter.");

    public static final Key<Double> TEMPERATURE = Key.decimal(
            PREFIX + "temperature", 0.0, 0, 100, "", "Temperature of the softmax; 0 takes the likeliest token.");

    public static final Key<Long> TOP_K =
            Key.integer(PREFIX + "top.k", 0L, 0, LONGEST, "tokens", "Keeps the likeliest tokens alone; 0 keeps all.");

    public static final Key<Double> TOP_P = Key.decimal(
            PREFIX + "top.p",
            1.0,
            1e-9,
            1,
            "",
            "Keeps the fewest likeliest tokens that have this probability together; 1 keeps all.");

    public static final Key<Double> MIN_P = Key.decimal(
            PREFIX + "min.p",
            0.0,
            0,
            0.999_999,
            "",
            "Keeps the tokens that have at least this share of the likeliest one's probability; 0 keeps all.");

    public static final Key<Double> REPETITION_PENALTY = Key.decimal(
            PREFIX + "repetition.penalty",
            1.0,
            1e-3,
            1e3,
            "",
            "By how much tokens that were there before lose; 1 changes nothing.");

    public static final Key<List<String>> STOP = new Key<>(
            PREFIX + "stop",
            "texts",
            "[]",
            "a JSON array of texts that are not empty",
            "",
            "Pieces of text that end a text; they are not part of it.",
            DecodeKeys::texts);

    public static final Key<Boolean> LOGPROBS = Key.flag(
            PREFIX + "logprobs",
            false,
            "Whether the natural logarithms of the written tokens' probabilities, at temperature 1, are told.");

    public static final Key<String> PRECISION = Key.choice(
            PREFIX + "precision", "bf16", List.of("bf16", "fp32"), "Dtype of the weights; sums are always float32.");

    public static final Key<String> PRODUCTS = Key.choice(
            PREFIX + "products",
            Products.VECTOR.text(),
            Products.names(),
            "What multiplies rows with weights. vector: instructions that give the same bits on every processor. onednn:"
                    + " quicker from about eight texts and drafts at a time on processors with matrix instructions, in"
                    + " bf16; the bits depend on the kind of processor, so that a task that is repeated on another kind"
                    + " may write other texts.");

    public static final Key<Long> BATCH_SIZE =
            Key.integer(PREFIX + "batch.size", 16L, 1, 4096, "texts", "Most texts that a process writes at a time.");

    public static final Key<Long> CACHE_MIB = Key.integer(
            PREFIX + "cache.mb",
            256L,
            1,
            1 << 20,
            "MiB",
            "Budget of the model's keys and values. A text begins when what it may need is free.");

    public static final Key<String> DRAFTER =
            Key.choice(PREFIX + "drafter", Drafters.NONE, Drafters.names(), Drafters.describeAll());

    public static final Key<Long> DRAFT_LENGTH = Key.integer(
            PREFIX + "draft.length",
            0L,
            0,
            64,
            "tokens",
            "Tokens that are drafted one behind the other; 0 takes what pays at the present number of texts, perhaps"
                    + " none, by measured acceptance and cost.");

    public static final Key<Long> DRAFT_DEEPEST = Key.integer(
            PREFIX + "draft.deepest", 7L, 1, 64, "tokens", "Most tokens that are drafted one behind the other.");

    public static final Key<String> ACCEPTANCE = Key.choice(
            PREFIX + "acceptance",
            AcceptanceRules.sampleMatch().name(),
            AcceptanceRules.names(),
            "How drafts are accepted. sample-match writes the same tokens as no drafts would; rejection keeps the"
                    + " distribution alone, and its texts depend on the lengths of drafts; typical keeps what is likely"
                    + " enough, which changes the distribution.");

    public static final Key<Long> DRAFT_CACHE_MIB = Key.integer(
            PREFIX + "draft.cache.mb",
            128L,
            1,
            1 << 20,
            "MiB",
            "Budget of the keys and values of a drafter that is a network.");

    public static final Key<Long> DRAFT_NODES = Key.integer(
            PREFIX + "draft.nodes",
            0L,
            0,
            256,
            "tokens",
            "Tokens of a tree of drafts; 0 takes the tree that is quickest for a full batch, by calibration and measured cost.");

    public static final Key<Long> EXIT_LAYERS = Key.integer(
            PREFIX + "draft.exit.layers",
            2L,
            1,
            1024,
            "layers",
            "First blocks of the model that the drafter early-exit runs, at most all.");

    public static final Key<Long> NGRAM_SHORTEST = Key.integer(
            PREFIX + "draft.ngram.shortest", 2L, 1, 64, "tokens", "Shortest run of tokens that ngram looks for.");

    public static final Key<Long> NGRAM_LONGEST = Key.integer(
            PREFIX + "draft.ngram.longest", 5L, 1, 64, "tokens", "Longest run of tokens that ngram looks for.");

    /** All keys of this package. */
    public static final List<Key<?>> ALL = List.of(
            MAX_TOKENS,
            SAMPLES,
            SEED,
            TEMPERATURE,
            TOP_K,
            TOP_P,
            MIN_P,
            REPETITION_PENALTY,
            STOP,
            LOGPROBS,
            PRECISION,
            PRODUCTS,
            BATCH_SIZE,
            CACHE_MIB,
            DRAFTER,
            DRAFT_LENGTH,
            DRAFT_DEEPEST,
            ACCEPTANCE,
            DRAFT_CACHE_MIB,
            DRAFT_NODES,
            EXIT_LAYERS,
            NGRAM_SHORTEST,
            NGRAM_LONGEST);

    private DecodeKeys() {}

    private static List<String> texts(String json) {
        List<String> texts = new ArrayList<>();
        try {
            JsonNode array = new ObjectMapper().readTree(json);
            array.forEach(node -> texts.add(node.isTextual() ? node.textValue() : ""));
            if (!array.isArray() || texts.contains("")) {
                throw new IllegalArgumentException("no array of texts");
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
        return List.copyOf(texts);
    }
}
