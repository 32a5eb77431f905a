// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.KeyTable;
import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.decode.Drafters.Row;
import io.howdah.trainer.decode.DraftingParts;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.TokenHeads;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The drafters that are measured: the product's, as far as there is what they are made from. */
final class Drafters {
    /** Name of no drafter at all. */
    static final String PLAIN = "plain";

    private static final int DEEPEST = 7;

    private Drafters() {}

    /**
     * Makers by name.
     *
     * @param batch texts at a time, which trees are made for
     * @param blocks of the target for the row “early-exit”
     */
    static Map<String, Supplier<Drafter>> of(DraftingParts parts, int batch, int blocks) {
        Map<String, Supplier<Drafter>> makers = new LinkedHashMap<>();
        for (Row row : io.howdah.trainer.decode.Drafters.ALL) {
            if (isPossible(row, parts)) {
                Config config = Config.parse(
                        new KeyTable(DecodeKeys.ALL),
                        Map.of(
                                DecodeKeys.DRAFTER.name(), row.name(),
                                DecodeKeys.DRAFT_DEEPEST.name(), Integer.toString(DEEPEST),
                                DecodeKeys.BATCH_SIZE.name(), Integer.toString(batch),
                                DecodeKeys.EXIT_LAYERS.name(), Integer.toString(blocks)));
                makers.put(row.name(), () -> row.maker().make(parts, config));
            }
        }
        return makers;
    }

    private static boolean isPossible(Row row, DraftingParts parts) {
        return switch (row.need()) {
            case NOTHING -> true;
            case DRAFT_MODEL -> parts.draft() != null;
            case HEADS -> fits(row, parts.heads());
            case CALIBRATED_HEADS ->
                parts.calibration() != null && fits(row, parts.heads()) && !isChained(parts.heads());
        };
    }

    /** Whether a head's guess waits for that of the head before, so that there is one of each. */
    private static boolean isChained(@Nullable TokenHeads heads) {
        return heads != null && heads.settings().kind().isChained();
    }

    /** Medusa's drafters are named after it, the others are for heads of multi-token prediction. */
    private static boolean fits(Row row, @Nullable TokenHeads heads) {
        return heads != null
                && row.name().startsWith("medusa") == (heads.settings().kind() == HeadKind.MEDUSA);
    }
}
