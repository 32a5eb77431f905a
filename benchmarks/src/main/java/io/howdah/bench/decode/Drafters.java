// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.ModelDrafter;
import io.howdah.trainer.decode.speculate.NgramDrafter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The drafters that are measured; a row makes one for a target. */
final class Drafters {
    private static final long CACHE_BYTES = 1L << 28;
    private static final int DEEPEST = 7;

    /** Name of no drafter at all. */
    static final String PLAIN = "plain";

    private Drafters() {}

    /**
     * @param draft network for the row “model”, or null for none
     * @param blocks of the target for the row “early-exit”
     */
    static Map<String, Function<DecoderNetwork, Drafter>> of(@Nullable DecoderNetwork draft, int blocks) {
        Map<String, Function<DecoderNetwork, Drafter>> rows = new LinkedHashMap<>();
        rows.put("ngram", target -> new NgramDrafter(2, 5, DEEPEST));
        rows.put(
                "early-exit",
                target -> ModelDrafter.earlyExit(
                        target, Math.min(blocks, target.blocks().size()), CACHE_BYTES, DEEPEST));
        if (draft != null) {
            rows.put("model", target -> ModelDrafter.of(draft, CACHE_BYTES, DEEPEST));
        }
        return rows;
    }
}
