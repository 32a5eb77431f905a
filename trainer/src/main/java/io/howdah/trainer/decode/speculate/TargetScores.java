// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

/** Scores that the target gave to the tokens that follow the root and every node of a tree. */
public interface TargetScores {
    /** All scores. */
    float[] logits();

    /** First of the scores behind a node, or behind the root for {@link DraftTree#ROOT}. */
    int at(int node);

    /** V. */
    int vocabulary();
}
