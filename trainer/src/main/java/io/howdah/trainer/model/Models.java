// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.model.lm.LanguageModels;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All models by name. */
public final class Models {
    private static final Map<String, ModelFactory> TABLE = new TreeMap<>(Map.ofEntries(
            Map.entry(ImageModels.CNN, ImageModels::cnn),
            Map.entry(ClickModels.DEEPFM, ClickModels::deepFm),
            Map.entry(ClickModels.DLRM, ClickModels::dlrm),
            Map.entry(FeedForwardLanguageModel.NAME, FeedForwardLanguageModel::of),
            Map.entry(LinearModels.REGRESSION, LinearModels::regression),
            Map.entry(LinearModels.LOGISTIC, LinearModels::logistic),
            Map.entry(LanguageModels.LSTM, LanguageModels::lstm),
            Map.entry(LanguageModels.BERT, LanguageModels::bert),
            Map.entry(LanguageModels.GPT2, LanguageModels::gpt2),
            Map.entry(LanguageModels.LLAMA, LanguageModels::llama),
            Map.entry(Perceptron.NAME, Perceptron::create),
            Map.entry(ImageModels.RESNET18, ImageModels::resnet18),
            Map.entry(ImageModels.RESNET50, ImageModels::resnet50),
            Map.entry(ClickModels.WIDE_AND_DEEP, ClickModels::wideAndDeep)));

    private Models() {}

    public static List<String> names() {
        return List.copyOf(TABLE.keySet());
    }

    /**
     * The model that {@link ModelKeys#CLASS} builds, or without it the one named by {@link ModelKeys#NAME}.
     *
     * @param properties properties of the dataset
     * @param seed seed of the first weights
     * @throws IllegalArgumentException if the class is missing or no {@link ModelFactory}, or a property is missing
     */
    public static TrainableModel create(Config config, Map<String, String> properties, long seed) {
        String userClass = config.find(ModelKeys.CLASS);
        if (userClass == null) {
            return create(config.get(ModelKeys.NAME), config, properties, seed);
        }
        @Nullable TrainableModel model = UserModels.load(userClass).create(config, properties, seed);
        if (model == null) {
            throw new IllegalArgumentException("Cannot create model: " + ModelKeys.CLASS.name() + "=" + userClass
                    + " returned null, expected a model; correct the class");
        }
        return model;
    }

    static TrainableModel create(String name, Config config, Map<String, String> properties, long seed) {
        ModelFactory factory = TABLE.get(name);
        if (factory == null) {
            throw new IllegalArgumentException(
                    "Cannot create model: name=" + name + ", expected one of " + names() + "; correct the name");
        }
        return factory.create(config, properties, seed);
    }
}
