// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Configuration of heads that predict the tokens behind the next one. */
public final class HeadKeys {
    static final String NONE = "none";

    /** Medusa-1 and Medusa-2. */
    static final String FROZEN = "frozen";

    static final String JOINT = "joint";

    public static final Key<String> MTP_KIND = Key.choice(
            "howdah.model.mtp.kind",
            NONE,
            List.of(NONE, HeadKind.PARALLEL.text(), HeadKind.SEQUENTIAL.text()),
            "Whether gpt2 or llama learns to predict several tokens at once, by a block for each further token over the"
                    + " same trunk, or by blocks that read each other (DeepSeek-V3).");

    public static final Key<Long> MTP_HEADS = Key.integer(
            "howdah.model.mtp.heads",
            3L,
            1,
            64,
            "heads",
            "How many tokens behind the next one are predicted; papers that count the next one too call it n - 1.");

    public static final Key<Double> MTP_WEIGHT = Key.decimal(
            "howdah.model.mtp.weight",
            null,
            0,
            1000,
            "",
            "How much the losses of further tokens count: each of parallel heads, or the mean of sequential ones. Unset:"
                    + " 1 for parallel, 0.3 for sequential.");

    public static final Key<Double> MTP_LATER_WEIGHT = Key.decimal(
            "howdah.model.mtp.later.weight",
            null,
            0,
            1000,
            "",
            "The weight from step howdah.model.mtp.change.step on. Unset: the same.");

    public static final Key<Long> MTP_CHANGE = Key.integer(
            "howdah.model.mtp.change.step",
            0L,
            0,
            Long.MAX_VALUE,
            "steps",
            "Step from which howdah.model.mtp.later.weight holds; 0 for never.");

    public static final Key<String> MEDUSA_KIND = Key.choice(
            "howdah.model.medusa.kind",
            NONE,
            List.of(NONE, FROZEN, JOINT),
            "Whether gpt2 or llama gets Medusa's heads: alone, over the unchanged model of howdah.model.pretrained"
                    + " (Medusa-1), or trained together with it (Medusa-2).");

    public static final Key<Long> MEDUSA_HEADS = Key.integer(
            "howdah.model.medusa.heads",
            4L,
            1,
            64,
            "heads",
            "How many tokens behind the next one Medusa's heads predict.");

    public static final Key<Double> MEDUSA_WEIGHT = Key.decimal(
            "howdah.model.medusa.weight",
            null,
            0,
            1000,
            "",
            "How much the losses of Medusa's heads count beside that of the next token. Unset: 1 for frozen, 0.2 for"
                    + " joint.");

    public static final Key<Double> MEDUSA_DECAY = Key.decimal(
            "howdah.model.medusa.decay", 0.8, 0, 1, "", "How much less each further Medusa head's loss counts.");

    public static final Key<Long> MEDUSA_RAMP = Key.integer(
            "howdah.model.medusa.ramp.steps",
            0L,
            0,
            Long.MAX_VALUE,
            "steps",
            "Steps in which howdah.model.medusa.weight rises from 0, along a quarter of a sine.");

    public static final Key<Double> MEDUSA_RATE = Key.decimal(
            "howdah.model.medusa.rate.factor",
            4.0,
            0.001,
            1000,
            "",
            "Learning rate of Medusa's heads over that of the model that is trained with them.");

    public static final Key<String> MEDUSA_SCORES = Key.choice(
            "howdah.model.medusa.scores",
            Head.TIED.text(),
            Head.names(),
            "Whether Medusa's heads give scores by the model's own weight, or by copies of it that they train.");

    public static final List<Key<?>> ALL = List.of(
            MTP_KIND,
            MTP_HEADS,
            MTP_WEIGHT,
            MTP_LATER_WEIGHT,
            MTP_CHANGE,
            MEDUSA_KIND,
            MEDUSA_HEADS,
            MEDUSA_WEIGHT,
            MEDUSA_DECAY,
            MEDUSA_RAMP,
            MEDUSA_RATE,
            MEDUSA_SCORES);

    private HeadKeys() {}
}
