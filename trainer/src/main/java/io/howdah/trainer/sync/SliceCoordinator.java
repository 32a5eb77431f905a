// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.sync.StepOutcome.Decision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides slice by slice: one logical worker's part of a step is numbered, and applied or skipped, once one attempt at it is complete
 * on all shards and reported. The numbers are the one order in which all shards apply slices.
 *
 * <p>A report may have its slice come {@linkplain SliceTerms#afterLeader after the leader's}: it is decided behind the slice of
 * logical worker 0 of that step.
 *
 * <p>Slices under way were scaled with what was the loss scale when they began: only those that had the present one change it.
 */
public final class SliceCoordinator implements Coordinator {
    private static final Logger LOG = LoggerFactory.getLogger(SliceCoordinator.class);

    private final int voters;
    private final int maximumSkips;
    private final long[] clocks;
    private final int[] newestAttempt;
    private final @Nullable StepOutcome[] lastOf;
    private final List<TreeMap<Integer, SliceVotes>> votes = new ArrayList<>();
    private final ArrayDeque<StepReport> held = new ArrayDeque<>();
    private LossScaler scaler;
    private long sequence;
    private int skips;
    private long evaluatedStep = -1;
    private double evaluation = Double.NaN;
    private @Nullable StepOutcome last;

    /**
     * @param logicalWorkers V
     * @param voters number of shards that hold anything
     * @param maximumSkips slices skipped in a row that end the job
     * @param scaler loss scale of the first slices
     * @param step the first step of all logical workers
     */
    public SliceCoordinator(int logicalWorkers, int voters, int maximumSkips, LossScaler scaler, long step) {
        this.voters = voters;
        this.maximumSkips = maximumSkips;
        this.scaler = scaler;
        this.clocks = new long[logicalWorkers];
        Arrays.fill(clocks, step);
        this.newestAttempt = new int[logicalWorkers];
        this.lastOf = new StepOutcome[logicalWorkers];
        for (int worker = 0; worker < logicalWorkers; worker++) {
            votes.add(new TreeMap<>());
        }
    }

    @Override
    public long nextStep(int logicalWorker) {
        check(logicalWorker, 0);
        return clocks[logicalWorker];
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public long slowest() {
        return Arrays.stream(clocks).min().orElse(0);
    }

    @Override
    public long fastest() {
        return Arrays.stream(clocks).max().orElse(0);
    }

    @Override
    public LossScaler scaler() {
        return scaler;
    }

    @Override
    public @Nullable StepOutcome last() {
        return last;
    }

    @Override
    public @Nullable StepOutcome answer(StepReport report) {
        check(report.logicalWorker(), report.step());
        long next = clocks[report.logicalWorker()];
        if (report.step() >= next) {
            return null;
        }
        StepOutcome outcome = lastOf[report.logicalWorker()];
        if (outcome == null || outcome.step() != report.step()) {
            throw new IllegalArgumentException("Cannot finish step: step=" + report.step() + " logicalWorker="
                    + report.logicalWorker() + ", expected " + next + "; go on from what nextStep() returns");
        }
        return outcome;
    }

    @Override
    public @Nullable StepOutcome report(StepReport report) {
        int worker = report.logicalWorker();
        check(worker, report.step());
        if (report.step() < clocks[worker] || report.attempt() < newestAttempt[worker]) {
            return null;
        }
        newestAttempt[worker] = report.attempt();
        votes(worker, report.attempt()).take(report);
        return decideIfComplete(worker, report.attempt());
    }

    @Override
    public @Nullable StepOutcome report(int shard, ShardReport report) {
        ShardReport.Slice slice = report.slice();
        if (slice == null) {
            throw new IllegalArgumentException("Cannot take report: step=" + report.step() + " shard=" + shard
                    + " of a whole step, expected one of a slice; give all processes one " + SyncKeys.MODE.name());
        }
        check(slice.logicalWorker(), report.step());
        if (report.step() < clocks[slice.logicalWorker()]) {
            return null;
        }
        votes(slice.logicalWorker(), slice.attempt()).take(shard, report.squares());
        return decideIfComplete(slice.logicalWorker(), slice.attempt());
    }

    private void check(int worker, long step) {
        if (worker < 0 || worker >= clocks.length || step > clocks[worker]) {
            throw new IllegalArgumentException("Cannot take report: step=" + step + " logicalWorker=" + worker
                    + ", expected the next step of a logical worker below " + clocks.length
                    + "; all processes must agree on the number of logical workers");
        }
    }

    private SliceVotes votes(int worker, int attempt) {
        return votes.get(worker).computeIfAbsent(attempt, absent -> new SliceVotes());
    }

    private @Nullable StepOutcome decideIfComplete(int worker, int attempt) {
        SliceVotes heard = votes(worker, attempt);
        StepReport report = heard.report();
        if (report == null || !heard.isComplete(voters)) {
            return null;
        }
        if (isHeld(report)) {
            if (!held.contains(report)) {
                held.add(report);
            }
            return null;
        }
        return decide(report, heard.squares());
    }

    private boolean isHeld(StepReport report) {
        return report.terms().afterLeader() && report.logicalWorker() != 0 && clocks[0] <= report.step();
    }

    @Override
    public @Nullable StepOutcome next() {
        for (StepReport report : held) {
            int worker = report.logicalWorker();
            if (report.step() < clocks[worker]) {
                continue; // another attempt was decided
            }
            if (!isHeld(report)) {
                held.remove(report);
                return decide(report, votes(worker, report.attempt()).squares());
            }
        }
        held.removeIf(report -> report.step() < clocks[report.logicalWorker()]);
        return null;
    }

    private StepOutcome decide(StepReport report, ExactSum squares) {
        int worker = report.logicalWorker();
        boolean finite = report.finite() && squares.isFinite();
        float scale = report.terms().lossScale();
        boolean present = scale == 0 || scale == scaler.scale();
        if (present) {
            scaler = scaler.after(finite ? LossScaler.StepResult.FINITE : LossScaler.StepResult.OVERFLOW);
        }
        if (worker == 0 && !Double.isNaN(report.evaluation())) {
            evaluatedStep = report.step();
            evaluation = report.evaluation();
        }
        SliceTurn turn = new SliceTurn(worker, report.attempt(), sequence);
        StepOutcome outcome = new StepOutcome(
                report.step(),
                finite ? Decision.APPLY : Decision.SKIP,
                report.samples(),
                report.lossSum(),
                finite ? Math.sqrt(squares.toDouble()) : Double.NaN,
                scaler.scale(),
                report.step() == evaluatedStep ? evaluation : Double.NaN,
                turn);
        sequence++;
        clocks[worker]++;
        votes.get(worker).clear();
        lastOf[worker] = outcome;
        last = outcome;
        if (finite) {
            skips = 0;
        } else {
            skip(outcome, turn, scale, present);
        }
        return outcome;
    }

    private void skip(StepOutcome outcome, SliceTurn turn, float scale, boolean present) {
        skips += present ? 1 : 0;
        LOG.warn(
                "Skipped slice {}, of step {} and logical worker {}: a gradient was not finite; skippedInARow={} lossScale={}"
                        + " nextLossScale={}",
                turn.sequence(),
                outcome.step(),
                turn.logicalWorker(),
                skips,
                scale,
                outcome.nextLossScale());
        if (skips >= maximumSkips) {
            throw new IllegalStateException("Cannot go on training: step=" + outcome.step() + " logicalWorker="
                    + turn.logicalWorker() + " skippedInARow=" + skips
                    + " slices because gradients were not finite, expected fewer than "
                    + SyncKeys.MAX_SKIPPED_STEPS.name() + "=" + maximumSkips
                    + "; lower the learning rate or clip the gradient norm");
        }
    }
}
