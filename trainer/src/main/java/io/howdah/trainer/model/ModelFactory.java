// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.config.Config;
import java.util.Map;

/**
 * Builds a model for a dataset. Every row of {@link Models} is one, and so is the class that {@code howdah.model.class}
 * names: it is public, has a public constructor without arguments, and comes to the job with {@code -libjars}.
 *
 * <pre>
 * public final class TwoTowers implements ModelFactory {
 *     public TrainableModel create(Config config, Map&lt;String, String&gt; properties, long seed) {
 *         String width = config.get(ModelKeys.OPTIONS).getOrDefault("width", "64");
 *         return new TwoTowersModel(Integer.parseInt(width), properties, new Philox(seed, 0));
 *     }
 * }
 * </pre>
 */
@FunctionalInterface
public interface ModelFactory {
    /**
     * The model; equal arguments give equal weights.
     *
     * @param config settings of the job; those of a class of one's own are in {@link ModelKeys#OPTIONS}
     * @param properties properties of the training dataset
     * @param seed seed of the first weights
     * @throws IllegalArgumentException naming the setting or property that does not fit
     */
    TrainableModel create(Config config, Map<String, String> properties, long seed);
}
