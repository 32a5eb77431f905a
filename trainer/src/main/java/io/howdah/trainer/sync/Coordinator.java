// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.amp.LossScaler;
import org.jspecify.annotations.Nullable;

/** Decides for the whole model what becomes of gradients. A pure state machine without threads or clocks; one per job. */
public interface Coordinator {
    /**
     * Takes a logical worker's report. One for what is decided, from an older attempt, or that came before changes nothing.
     *
     * @return the decision if this report was the last one missing, else null
     * @throws IllegalStateException if too much in a row had to be skipped
     */
    @Nullable
    StepOutcome report(StepReport report);

    /** Takes the report of shard {@code shard}; as {@link #report(StepReport)}. */
    @Nullable
    StepOutcome report(int shard, ShardReport report);

    /** The next decision that waited for the last one; null if there is none. */
    @Nullable
    StepOutcome next();

    /**
     * What was decided of a report's gradients, if that was the last decision about its logical worker; null if nothing is
     * decided of them yet.
     *
     * @throws IllegalArgumentException if they are older than that
     */
    @Nullable
    StepOutcome answer(StepReport report);

    /** The step that a logical worker contributes to next. */
    long nextStep(int logicalWorker);

    /** Decisions so far that move all shards in one order; of steps or of slices. */
    long sequence();

    /** The next step of the slowest logical worker. */
    long slowest();

    /** The next step of the fastest logical worker. */
    long fastest();

    /** Loss scale of what comes next. */
    LossScaler scaler();

    /** What was decided last; null before the first decision. */
    @Nullable
    StepOutcome last();
}
