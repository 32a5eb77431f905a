// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** What the coordinator has heard of one attempt at a logical worker's next slice. */
final class SliceVotes {
    private final BitSet shards = new BitSet();
    private final ExactSum squares = new ExactSum();
    private @Nullable StepReport report;

    /** Takes the worker's word; a second one changes nothing. */
    void take(StepReport taken) {
        if (report == null) {
            report = taken;
        }
    }

    /** Takes a shard's word; a second one changes nothing. */
    void take(int shard, ExactSum sum) {
        if (!shards.get(shard)) {
            shards.set(shard);
            squares.add(sum);
        }
    }

    /** The worker's word; null before it has come. */
    @Nullable
    StepReport report() {
        return report;
    }

    /** Σg² over the whole model, once all shards have told. */
    ExactSum squares() {
        return squares;
    }

    /** Whether nothing is missing for a decision, if {@code voters} shards hold anything. */
    boolean isComplete(int voters) {
        return report != null && (!report.finite() || shards.cardinality() == voters);
    }
}
