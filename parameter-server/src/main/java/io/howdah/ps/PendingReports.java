// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A worker's reports whose steps, or slices, are not decided as far as it knows; in the order in which they were made. */
final class PendingReports {
    private final List<Pending> pending = new ArrayList<>();
    private long sequence;

    private record Pending(StepReport report, CompletableFuture<StepOutcome> future) {
        boolean isOf(StepOutcome outcome) {
            SliceTurn turn = outcome.slice();
            return report.step() == outcome.step() && (turn == null || turn.logicalWorker() == report.logicalWorker());
        }
    }

    void add(StepReport report, CompletableFuture<StepOutcome> future) {
        pending.add(new Pending(report, future));
    }

    /** Completes what waited for {@code outcome}. */
    void decided(StepOutcome outcome) {
        SliceTurn turn = outcome.slice();
        if (turn != null) {
            heardOf(turn.sequence() + 1);
        }
        List<Pending> due = pending.stream().filter(one -> one.isOf(outcome)).toList();
        pending.removeAll(due);
        due.forEach(one -> one.future.complete(outcome));
    }

    /** From now on weights must hold that many slices. */
    void heardOf(long slices) {
        sequence = Math.max(sequence, slices);
    }

    /** Slices that weights must hold, so that no worker misses what it knows of. */
    long sequence() {
        return sequence;
    }

    void forEach(Consumer<StepReport> action) {
        pending.forEach(one -> action.accept(one.report));
    }

    void clear() {
        pending.clear();
    }
}
