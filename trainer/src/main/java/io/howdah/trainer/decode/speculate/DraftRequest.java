// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.SequenceSampler;

/**
 * What a drafter is asked for one sequence. All of its tokens are in the sampler's history, the last one being that which
 * the decoder has not read yet.
 *
 * @param sequence number of the live sequence
 * @param sampler its settings, history and noise
 * @param depth tokens that may be drafted one behind the other, at least 1
 * @param nodes tokens that may be drafted in all, at least {@code depth}
 * @param drawing whether tokens have to be drawn, with {@link
 *     io.howdah.trainer.decode.sampling.Chance.Purpose#DRAFT} and their distributions in the tree, or chosen
 * @param tree empty, to be filled; left empty where the drafter has no idea
 */
public record DraftRequest(
        int sequence, SequenceSampler sampler, int depth, int nodes, Drawing drawing, DraftTree tree) {
    /** How drafts are found. */
    public enum Drawing {
        /** The token that the target will most probably have: drawn with the noise of TOKEN, or the likeliest. */
        MATCHING,
        /** Drawn with noise of their own, with the distribution in the tree. */
        INDEPENDENT,
        /** The likeliest token, without noise. */
        LIKELIEST
    }
}
