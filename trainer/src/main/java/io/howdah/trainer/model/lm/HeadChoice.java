// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.model.TrainableModel;
import org.jspecify.annotations.Nullable;

/** Adds the heads that a configuration wants to a model of the next token. */
final class HeadChoice {
    private static final double SEQUENTIAL_WEIGHT = 0.3;
    private static final double JOINT_WEIGHT = 0.2;

    private HeadChoice() {}

    /** The model of {@code network} with its heads, if any are wanted. */
    static TrainableModel model(Config config, String name, LanguageNetwork network, int separator, long seed) {
        String mtp = config.get(HeadKeys.MTP_KIND);
        String medusa = config.get(HeadKeys.MEDUSA_KIND);
        boolean both = !mtp.equals(HeadKeys.NONE) && !medusa.equals(HeadKeys.NONE);
        boolean frozen = medusa.equals(HeadKeys.FROZEN);
        if (both || frozen && config.find(LanguageModelKeys.PRETRAINED) == null) {
            network.close();
            throw new IllegalArgumentException("Cannot create model: " + HeadKeys.MTP_KIND.name() + "=" + mtp + " "
                    + HeadKeys.MEDUSA_KIND.name() + "=" + medusa + " " + LanguageModelKeys.PRETRAINED.name() + "="
                    + config.find(LanguageModelKeys.PRETRAINED)
                    + ", expected one kind of heads, and a trained model for frozen; correct them");
        }
        if (!mtp.equals(HeadKeys.NONE)) {
            HeadKind kind = HeadKind.named(mtp);
            network.attach(
                    HeadSettings.of(kind, config.getInt(HeadKeys.MTP_HEADS)).create(network, seed));
            return new NextTokenModel(name, network, separator, new HeadTraining(mtpWeights(config, kind), 1));
        }
        if (medusa.equals(HeadKeys.NONE)) {
            return new NextTokenModel(name, network, separator);
        }
        TokenHeads heads = new HeadSettings(
                        HeadKind.MEDUSA,
                        config.getInt(HeadKeys.MEDUSA_HEADS),
                        Head.named(config.get(HeadKeys.MEDUSA_SCORES)))
                .create(network, seed);
        HeadLossWeights weights = medusaWeights(config, frozen ? 1 : JOINT_WEIGHT);
        if (frozen) {
            return new FrozenTrunkModel(new NextTokenModel(name, network, separator), heads, weights);
        }
        network.attach(heads);
        return new NextTokenModel(
                name, network, separator, new HeadTraining(weights, config.get(HeadKeys.MEDUSA_RATE)));
    }

    private static HeadLossWeights mtpWeights(Config config, HeadKind kind) {
        boolean chained = kind.isChained();
        double weight = or(config.find(HeadKeys.MTP_WEIGHT), chained ? SEQUENTIAL_WEIGHT : 1);
        return new HeadLossWeights(
                weight,
                or(config.find(HeadKeys.MTP_LATER_WEIGHT), weight),
                config.get(HeadKeys.MTP_CHANGE),
                0,
                1,
                chained ? config.get(HeadKeys.MTP_HEADS) : 1);
    }

    private static HeadLossWeights medusaWeights(Config config, double fallback) {
        double weight = or(config.find(HeadKeys.MEDUSA_WEIGHT), fallback);
        return new HeadLossWeights(
                weight, weight, 0, config.get(HeadKeys.MEDUSA_RAMP), config.get(HeadKeys.MEDUSA_DECAY), 1);
    }

    private static double or(@Nullable Double set, double fallback) {
        return set == null ? fallback : set;
    }
}
