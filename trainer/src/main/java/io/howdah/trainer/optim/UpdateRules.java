// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.Key;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** The table of optimisers by name. */
public final class UpdateRules {
    private static final SortedMap<String, Function<Config, UpdateRule>> BY_NAME = new TreeMap<>();

    static {
        BY_NAME.put(
                "adafactor",
                config -> new Adafactor(
                        config.get(OptimiserKeys.BETA2_EXPONENT),
                        config.get(OptimiserKeys.FACTOR_EPSILON),
                        config.get(OptimiserKeys.RELATIVE_FLOOR),
                        config.get(OptimiserKeys.UPDATE_CLIP)));
        BY_NAME.put(
                "adagrad",
                config -> new Adagrad(
                        config.get(OptimiserKeys.LEARNING_RATE_DECAY),
                        config.get(OptimiserKeys.INITIAL_SUM),
                        config.get(OptimiserKeys.EPSILON)));
        BY_NAME.put(
                "adam",
                config -> new Adam(
                        config.get(OptimiserKeys.BETA1),
                        config.get(OptimiserKeys.BETA2),
                        config.get(OptimiserKeys.EPSILON),
                        denominator(config)));
        BY_NAME.put(
                "adamw",
                config -> new AdamW(
                        config.get(OptimiserKeys.BETA1),
                        config.get(OptimiserKeys.BETA2),
                        config.get(OptimiserKeys.EPSILON),
                        denominator(config)));
        BY_NAME.put(
                "ftrl",
                config -> new Ftrl(
                        config.get(OptimiserKeys.L1), config.get(OptimiserKeys.L2), config.get(OptimiserKeys.BETA)));
        BY_NAME.put(
                "lamb",
                config -> new Lamb(
                        config.get(OptimiserKeys.BETA1),
                        config.get(OptimiserKeys.BETA2),
                        config.get(OptimiserKeys.EPSILON)));
        BY_NAME.put(
                "rmsprop",
                config -> new RmsProp(
                        config.get(OptimiserKeys.SMOOTHING),
                        config.get(OptimiserKeys.EPSILON),
                        config.get(OptimiserKeys.MOMENTUM),
                        choose(config, OptimiserKeys.CENTRED, RmsProp.Centring.MEAN, RmsProp.Centring.NONE)));
        BY_NAME.put(
                "rowwise-adagrad",
                config -> new RowwiseAdagrad(config.get(OptimiserKeys.INITIAL_SUM), config.get(OptimiserKeys.EPSILON)));
        BY_NAME.put(
                "sgd",
                config -> new Sgd(
                        config.get(OptimiserKeys.MOMENTUM),
                        config.get(OptimiserKeys.DAMPENING),
                        choose(config, OptimiserKeys.NESTEROV, Sgd.Lookahead.NESTEROV, Sgd.Lookahead.NONE)));
        BY_NAME.put(
                "sparse-adam",
                config -> new SparseAdam(
                        config.get(OptimiserKeys.BETA1),
                        config.get(OptimiserKeys.BETA2),
                        config.get(OptimiserKeys.EPSILON)));
    }

    private UpdateRules() {}

    private static Adam.Denominator denominator(Config config) {
        return choose(config, OptimiserKeys.AMSGRAD, Adam.Denominator.LARGEST, Adam.Denominator.CURRENT);
    }

    private static <T> T choose(Config config, Key<Boolean> flag, T whenSet, T otherwise) {
        return config.get(flag) ? whenSet : otherwise;
    }

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
