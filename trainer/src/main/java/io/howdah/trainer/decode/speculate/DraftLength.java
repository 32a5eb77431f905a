// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

/** Decides how many tokens are drafted one behind the other. Used by one thread. */
public interface DraftLength {
    /** Depth of the next step's drafts, 0 for none. */
    int next(int live);

    /** Of one sequence's drafts, so many depths were accepted. */
    default void verified(int depth, int accepted) {}

    /**
     * What a step took.
     *
     * @param live sequences
     * @param nodes drafted tokens of all
     * @param accepted of these
     * @param draftNanos time of the drafter
     * @param verifyNanos time of the forward, of choosing tokens and of telling the drafter: all the rest of the step
     */
    default void stepped(int live, int nodes, int accepted, long draftNanos, long verifyNanos) {}

    /** Always the same. */
    static DraftLength fixed(int depth) {
        if (depth < 0) {
            throw new IllegalArgumentException(
                    "Cannot draft: depth=" + depth + ", expected at least 0; correct the depth");
        }
        return live -> depth;
    }
}
