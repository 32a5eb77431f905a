// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of the model. */
public final class ModelKeys {
    public static final Key<String> NAME =
            Key.choice("howdah.model.name", FeedForwardLanguageModel.NAME, Models.names(), "Which model is trained.");

    public static final Key<Long> CONTEXT = Key.integer(
            "howdah.model.context", 16L, 1, 4096, "tokens", "How many previous tokens predict the next one.");

    public static final Key<Long> EMBEDDING = Key.integer(
            "howdah.model.embedding", 32L, 1, 65_536, "numbers", "Width of the vector that stands for a token.");

    public static final Key<Long> HIDDEN =
            Key.integer("howdah.model.hidden", 512L, 1, 1_048_576, "numbers", "Width of every hidden layer.");

    public static final Key<Long> LAYERS =
            Key.integer("howdah.model.layers", 1L, 1, 1024, "layers", "Number of hidden layers.");

    public static final List<Key<?>> ALL = List.of(NAME, CONTEXT, EMBEDDING, HIDDEN, LAYERS);

    private ModelKeys() {}
}
