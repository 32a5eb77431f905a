// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.model.TrainableModel;
import io.howdah.trainer.tensor.Philox;
import java.util.Map;
import java.util.Optional;

/** Builds the language models from configuration, for datasets with properties {@code vocabulary} and {@code separator}. */
public final class LanguageModels {
    /** Names in {@link io.howdah.trainer.model.Models}. */
    public static final String LSTM = "lstm-lm";

    public static final String BERT = "bert";
    public static final String GPT2 = "gpt2";
    public static final String LLAMA = "llama";

    private LanguageModels() {}

    public static TrainableModel lstm(Config config, Map<String, String> properties, long seed) {
        LstmNetwork.Settings settings = LstmNetwork.Settings.of(config, vocabulary(config, properties));
        return new NextTokenModel(LSTM, new LstmNetwork(settings, new Philox(seed, 0)), separator(properties));
    }

    public static TrainableModel gpt2(Config config, Map<String, String> properties, long seed) {
        Gpt2Settings settings = Gpt2Settings.of(config, vocabulary(config, properties));
        int separator = separator(properties);
        return HeadChoice.model(config, GPT2, new Gpt2Network(settings, new Philox(seed, 0)), separator, seed);
    }

    public static TrainableModel llama(Config config, Map<String, String> properties, long seed) {
        LlamaSettings settings = LlamaSettings.of(config, vocabulary(config, properties));
        int separator = separator(properties);
        return HeadChoice.model(config, LLAMA, new LlamaNetwork(settings, new Philox(seed, 0)), separator, seed);
    }

    public static TrainableModel bert(Config config, Map<String, String> properties, long seed) {
        int known = property(properties, "vocabulary");
        long set = config.get(LanguageModelKeys.VOCABULARY);
        Gpt2Settings settings = Gpt2Settings.of(config, set == 0 ? known + 1L : set);
        return new MaskedTokenModel(
                BERT, new BertNetwork(settings, new Philox(seed, 0)), known, config.get(LanguageModelKeys.MASK_RATE));
    }

    /** The model of the next token that {@code model} is or has as its unchanged trunk; empty for others. */
    public static Optional<NextTokenModel> nextToken(TrainableModel model) {
        if (model instanceof FrozenTrunkModel frozen) {
            return Optional.of(frozen.trunk());
        }
        return model instanceof NextTokenModel whole ? Optional.of(whole) : Optional.empty();
    }

    /** The heads that {@code model} has. */
    public static Optional<TokenHeads> heads(TrainableModel model) {
        return model instanceof FrozenTrunkModel frozen
                ? Optional.of(frozen.heads())
                : nextToken(model).flatMap(whole -> whole.module().heads());
    }

    /** What is set, if it is enough, else the dataset's. */
    private static long vocabulary(Config config, Map<String, String> properties) {
        int known = property(properties, "vocabulary");
        long set = config.get(LanguageModelKeys.VOCABULARY);
        if (set != 0 && set < known) {
            throw new IllegalArgumentException("Cannot create model: " + LanguageModelKeys.VOCABULARY.name() + "=" + set
                    + ", expected at least the dataset's " + known + ", or 0; correct it");
        }
        return set == 0 ? known : set;
    }

    private static int separator(Map<String, String> properties) {
        return property(properties, "separator");
    }

    private static int property(Map<String, String> properties, String name) {
        String text = properties.get(name);
        if (text == null || !text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("Cannot create model: dataset property " + name + "=" + text
                    + ", expected a natural number; train on a dataset of tokens");
        }
        return Integer.parseInt(text);
    }
}
