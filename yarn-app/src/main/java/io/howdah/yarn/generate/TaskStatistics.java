// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.decode.DecodingStatistics;
import java.util.List;

/**
 * What one task, or all of them, did.
 *
 * @param prompts that were written behind
 * @param refused prompts too long for the model, which were skipped
 * @param all everything that was written for the output
 * @param drafted of these, the texts that were written once more, with drafts
 * @param plain the same texts without drafts
 * @param different of these, texts with other tokens; under sample-match there is none
 */
record TaskStatistics(
        long prompts,
        long refused,
        DecodingStatistics all,
        DecodingStatistics drafted,
        DecodingStatistics plain,
        long different) {
    /** Nothing done. */
    static final DecodingStatistics NOTHING = new DecodingStatistics(0, 0, 0, 0, 0, 0, 0, List.of(), List.of(), 0);

    /** Whether the same texts were written with and without drafts. */
    boolean compares() {
        return drafted.decodeNanos() > 0 && plain.decodeNanos() > 0;
    }

    /** Tokens per second with drafts over those without, of the same texts in the same processes. */
    double speedUp() {
        return drafted.tokensPerSecond() / plain.tokensPerSecond();
    }

    /** Texts that were being written at a time, on average. */
    static double live(DecodingStatistics statistics) {
        return statistics.forwards() == 0 ? 0 : (double) statistics.steps() / statistics.forwards();
    }
}
