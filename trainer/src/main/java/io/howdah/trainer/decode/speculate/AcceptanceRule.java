// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.speculate.DraftRequest.Drawing;

/** Decides which drafted tokens are kept; a row of {@link AcceptanceRules}. Without state. */
public interface AcceptanceRule {
    /** Name in settings. */
    String name();

    /** Whether what is written has exactly the distribution of plain decoding. */
    boolean isLossless();

    /** How drafts for it have to be found. */
    Drawing drawing();

    /**
     * Chooses a path from the root down, and the token behind it.
     *
     * @param scores of the target behind the root and all nodes
     * @param sampler whose history ends with the root; the rule appends the tokens of its result
     */
    AcceptedPath accept(DraftTree tree, TargetScores scores, SequenceSampler sampler);
}
