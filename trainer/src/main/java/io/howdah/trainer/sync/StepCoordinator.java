// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.sync.StepOutcome.Decision;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides every step for the whole model: APPLY once all logical workers and all shards have reported, SKIP if any
 * gradient was not finite. A pure state machine without threads or clocks. One exists per job.
 *
 * <p>A worker that reports a gradient that is not finite may leave pushes out; then the shards are not waited for.
 */
public final class StepCoordinator implements Coordinator {
    private static final Logger LOG = LoggerFactory.getLogger(StepCoordinator.class);

    private final @Nullable StepReport[] workers;
    private final @Nullable ShardReport[] shards;
    private final int[] newestAttempt;
    private final int maximumSkips;
    private final ExactSum squares = new ExactSum();
    private LossScaler scaler;
    private long step;
    private int skips;
    private @Nullable StepOutcome last;

    /**
     * @param logicalWorkers V
     * @param shards number of servers
     * @param maximumSkips steps skipped in a row that end the job
     * @param scaler loss scale of the first step
     * @param step the first step
     */
    public StepCoordinator(int logicalWorkers, int shards, int maximumSkips, LossScaler scaler, long step) {
        this.workers = new StepReport[logicalWorkers];
        this.shards = new ShardReport[shards];
        this.newestAttempt = new int[logicalWorkers];
        this.maximumSkips = maximumSkips;
        this.scaler = scaler;
        this.step = step;
    }

    /** Steps skipped in a row so far. */
    public int skips() {
        return skips;
    }

    /** Goes on after {@code before} steps skipped in a row. */
    public void resumeSkips(int before) {
        skips = before;
    }

    /** Knows that there are processes of these attempts, by logical worker, and takes no reports of older ones. */
    public void knowAttempts(int[] attempts) {
        for (int worker = 0; worker < attempts.length; worker++) {
            newestAttempt[worker] = Math.max(newestAttempt[worker], attempts[worker]);
        }
    }

    /** Takes over what another coordinator has decided of the open step; a decision of another step changes nothing. */
    public void follow(StepOutcome outcome) {
        if (outcome.step() != step) {
            return;
        }
        boolean finite = outcome.decision() == Decision.APPLY;
        skips = finite ? 0 : skips + 1;
        scaler = scaler.after(finite ? LossScaler.StepResult.FINITE : LossScaler.StepResult.OVERFLOW);
        closeStep(outcome);
    }

    private void closeStep(StepOutcome outcome) {
        Arrays.fill(workers, null);
        Arrays.fill(shards, null);
        squares.clear();
        step++;
        last = outcome;
    }

    /** The step that is open. */
    public long step() {
        return step;
    }

    /** Loss scale of the open step. */
    @Override
    public LossScaler scaler() {
        return scaler;
    }

    @Override
    public @Nullable StepOutcome last() {
        return last;
    }

    @Override
    public @Nullable StepOutcome next() {
        return null;
    }

    @Override
    public @Nullable StepOutcome answer(StepReport report) {
        if (report.step() >= step) {
            return null;
        }
        if (last == null || last.step() != report.step()) {
            throw new IllegalArgumentException("Cannot finish step: step=" + report.step() + ", expected " + step
                    + "; go on from the version that initialise() returns");
        }
        return last;
    }

    @Override
    public long nextStep(int logicalWorker) {
        return step;
    }

    @Override
    public long sequence() {
        return step;
    }

    @Override
    public long slowest() {
        return step;
    }

    @Override
    public long fastest() {
        return step;
    }

    @Override
    public @Nullable StepOutcome report(StepReport report) {
        int worker = report.logicalWorker();
        if (worker < 0 || worker >= workers.length || report.step() > step) {
            throw new IllegalArgumentException("Cannot take report: step=" + report.step() + " logicalWorker=" + worker
                    + ", expected step at most " + step + " and logical worker below " + workers.length
                    + "; all processes must agree on the number of logical workers");
        }
        if (report.step() < step || report.attempt() < newestAttempt[worker]) {
            return null;
        }
        newestAttempt[worker] = report.attempt();
        if (workers[worker] != null) {
            return null;
        }
        workers[worker] = report;
        return decideIfComplete();
    }

    @Override
    public @Nullable StepOutcome report(int shard, ShardReport report) {
        if (report.step() > step) {
            throw new IllegalArgumentException("Cannot take report: step=" + report.step() + " shard=" + shard
                    + ", expected step at most " + step + "; restart from the last checkpoint");
        }
        if (report.step() < step || shards[shard] != null) {
            return null;
        }
        shards[shard] = report;
        squares.add(report.squares());
        return decideIfComplete();
    }

    private @Nullable StepOutcome decideIfComplete() {
        long samples = 0;
        double lossSum = 0;
        double evaluation = Double.NaN;
        boolean finite = true;
        for (StepReport report : workers) {
            if (report == null) {
                return null;
            }
            samples += report.samples();
            lossSum += report.lossSum();
            finite &= report.finite();
            evaluation = report.logicalWorker() == 0 ? report.evaluation() : evaluation;
        }
        if (finite && Arrays.asList(shards).contains(null)) {
            return null;
        }
        finite &= squares.isFinite();
        StepOutcome outcome = finite ? apply(samples, lossSum, evaluation) : skip(samples, lossSum, evaluation);
        closeStep(outcome);
        if (skips >= maximumSkips) {
            throw new IllegalStateException("Cannot go on training: step=" + outcome.step() + " skippedInARow=" + skips
                    + " because gradients were not finite, expected fewer than " + SyncKeys.MAX_SKIPPED_STEPS.name()
                    + "=" + maximumSkips + "; lower the learning rate or clip the gradient norm");
        }
        return outcome;
    }

    private StepOutcome apply(long samples, double lossSum, double evaluation) {
        skips = 0;
        scaler = scaler.after(LossScaler.StepResult.FINITE);
        double norm = Math.sqrt(squares.toDouble());
        return new StepOutcome(step, Decision.APPLY, samples, lossSum, norm, scaler.scale(), evaluation);
    }

    private StepOutcome skip(long samples, double lossSum, double evaluation) {
        skips++;
        float scale = scaler.scale();
        scaler = scaler.after(LossScaler.StepResult.OVERFLOW);
        LOG.warn(
                "Skipped step {}: a gradient was not finite; skippedInARow={} lossScale={} nextLossScale={}",
                step,
                skips,
                scale,
                scaler.scale());
        return new StepOutcome(step, Decision.SKIP, samples, lossSum, Double.NaN, scaler.scale(), evaluation);
    }
}
