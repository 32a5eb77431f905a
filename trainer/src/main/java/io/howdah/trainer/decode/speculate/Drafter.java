// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import io.howdah.trainer.decode.sampling.SequenceSampler;
import java.util.List;
import java.util.OptionalInt;

/**
 * Guesses the next tokens of live sequences, which the target then checks in one forward. A guess costs time if it is
 * wrong, never correctness. Used by one thread.
 */
public interface Drafter extends AutoCloseable {
    /** Name in reports. */
    String name();

    /** Number of tokens that it drafts from, if it has a vocabulary of its own; refused where the target's differs. */
    default OptionalInt vocabulary() {
        return OptionalInt.empty();
    }

    /** Most tokens that it drafts one behind the other. */
    int deepest();

    /** Most tokens that it drafts in all for a depth: as many for a chain, more for a tree. */
    default int nodes(int depth) {
        return depth;
    }

    /** Whether it reads rows of the target: {@link #observe} is then called with all rows, prompt included. */
    default boolean observes() {
        return false;
    }

    /**
     * A sequence joins.
     *
     * @param sequence its number, free until now
     * @param sampler with the prompt as history
     * @param positions most positions that it will have
     */
    void open(int sequence, SequenceSampler sampler, int positions);

    /** Whether another sequence of so many positions can be opened now. */
    default boolean hasRoomFor(int positions) {
        return true;
    }

    /** What the target said of tokens that are now part of a sequence, in order and without gaps. */
    default void observe(Observation observation) {}

    /** Fills the trees of the requests; called once the newest tokens are in their histories. */
    void draft(List<DraftRequest> requests);

    /** A sequence leaves. */
    void close(int sequence);

    /** Gives everything back. */
    @Override
    void close();
}
