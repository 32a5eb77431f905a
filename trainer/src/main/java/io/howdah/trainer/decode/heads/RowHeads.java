// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.Observation;
import java.util.List;

/** Heads that all read what the target says of the last token, so that none waits for another one's draft. */
interface RowHeads {
    /** K. */
    int count();

    void open(int sequence, int positions);

    boolean hasRoomFor(int positions);

    /** Rows of the target that are now certain. */
    void observe(Observation observation);

    /** Whether rows have been observed since the last scores of a sequence: those of its newest token can be made. */
    boolean isReady(int sequence);

    /**
     * Scores of the first {@code heads} heads behind the newest row of every sequence, all of which are ready.
     *
     * @return [heads, requests, V] or more, valid until the next call
     */
    float[] scores(List<DraftRequest> requests, int heads);

    void close(int sequence);

    void close();
}
