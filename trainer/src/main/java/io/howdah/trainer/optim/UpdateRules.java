// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The table of optimisers by name. */
public final class UpdateRules {
    private static final SortedMap<String, Function<Config, UpdateRule>> BY_NAME = new TreeMap<>();

    static {
        BY_NAME.put(
                "adamw",
                config -> new AdamW(
                        config.get(OptimiserKeys.BETA1),
                        config.get(OptimiserKeys.BETA2),
                        config.get(OptimiserKeys.EPSILON)));
        BY_NAME.put("sgd", config -> new Sgd(config.get(OptimiserKeys.MOMENTUM)));
    }

    private UpdateRules() {}

    /** Names of all optimisers in alphabetical order. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * The optimiser {@code name} with its numbers from {@code config}.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static UpdateRule named(String name, Config config) {
        Function<Config, UpdateRule> maker = BY_NAME.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("Cannot choose optimiser: name=" + name + ", expected one of "
                    + String.join(", ", names()) + "; correct the name");
        }
        return maker.apply(config);
    }
}
