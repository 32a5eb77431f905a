// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Key;
import io.howdah.trainer.model.lm.HeadKeys;
import io.howdah.trainer.model.lm.LanguageModelKeys;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Configuration of the model; families have classes of keys of their own. */
public final class ModelKeys {
    public static final Key<String> NAME =
            Key.choice("howdah.model.name", FeedForwardLanguageModel.NAME, Models.names(), "Which model is trained.");

    public static final Key<String> CLASS = Key.text(
            "howdah.model.class",
            null,
            "Class of one's own that builds the model, instead of howdah.model.name: an implementation of"
                    + " io.howdah.trainer.model.ModelFactory, passed with -libjars.");

    public static final Key<Map<String, String>> OPTIONS = Key.pairs(
            "howdah.model.options", Map.of(), "Settings of the class of one's own, which reads them as it likes.");

    public static final Key<Long> CONTEXT = Key.integer(
            "howdah.model.context", 16L, 1, 4096, "tokens", "How many previous tokens predict the next one.");

    public static final Key<Long> EMBEDDING = Key.integer(
            "howdah.model.embedding", 32L, 1, 65_536, "numbers", "Width of the vector that stands for a token.");

    public static final Key<Long> HIDDEN =
            Key.integer("howdah.model.hidden", 512L, 1, 1_048_576, "numbers", "Width of every hidden layer.");

    public static final Key<Long> LAYERS =
            Key.integer("howdah.model.layers", 1L, 1, 1024, "layers", "Number of hidden layers.");

    /** Those of all models. */
    public static final List<Key<?>> ALL = Stream.<Collection<Key<?>>>of(
                    List.of(NAME, CLASS, OPTIONS, CONTEXT, EMBEDDING, HIDDEN, LAYERS),
                    PerceptronKeys.ALL,
                    ImageKeys.ALL,
                    ClickKeys.ALL,
                    LanguageModelKeys.ALL,
                    HeadKeys.ALL)
            .<Key<?>>flatMap(Collection::stream)
            .toList();

    private ModelKeys() {}
}
