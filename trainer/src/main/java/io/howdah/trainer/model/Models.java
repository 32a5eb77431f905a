// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.model.lm.LanguageModels;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All models by name. */
public final class Models {
    private static final Map<String, Factory> TABLE = new TreeMap<>(Map.ofEntries(
            Map.entry(FeedForwardLanguageModel.NAME, FeedForwardLanguageModel::of),
            Map.entry(LanguageModels.LSTM, LanguageModels::lstm),
            Map.entry(LanguageModels.BERT, LanguageModels::bert),
            Map.entry(LanguageModels.GPT2, LanguageModels::gpt2),
            Map.entry(LanguageModels.LLAMA, LanguageModels::llama)));

    /** Builds a model for a dataset with these properties; equal arguments give equal weights. */
    @FunctionalInterface
    interface Factory {
        TrainableModel create(Config config, Map<String, String> properties, long seed);
    }

    private Models() {}

    public static List<String> names() {
        return List.copyOf(TABLE.keySet());
    }

    /**
     * The model named by {@link ModelKeys#NAME}.
     *
     * @param properties properties of the dataset
     * @param seed seed of the first weights
     */
    public static TrainableModel create(Config config, Map<String, String> properties, long seed) {
        return create(config.get(ModelKeys.NAME), config, properties, seed);
    }

    static TrainableModel create(String name, Config config, Map<String, String> properties, long seed) {
        Factory factory = TABLE.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "Cannot create model: name=" + name + ", expected one of " + names() + "; correct the name");
        }
        return factory.create(config, properties, seed);
    }
}
