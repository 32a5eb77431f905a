// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.Optimiser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A shard whose weights are moved by every slice, one logical worker's gradient of one step, in the order that the coordinator
 * numbers them in. Its version is the step of the slowest logical worker.
 *
 * <p>Attempts at a slice may have been computed with different weights: each is kept apart. A complete one has been promised to the
 * coordinator, and stays until a slice of its logical worker is decided; an incomplete one goes when a newer attempt comes.
 *
 * <p>A slice under way takes 4 bytes for each element of the range.
 */
public class SliceShard extends ParameterShard {
    private final ChunkSum.Maker maker;
    private final WireKernel kernel = WireKernel.best();
    private final long[] clocks;
    private final int[] newestAttempt;
    private final List<TreeMap<Integer, SliceSums>> open = new ArrayList<>();
    private final ArrayDeque<SliceSums> spare = new ArrayDeque<>();
    private final ArrayDeque<ShardReport> reports = new ArrayDeque<>();
    private long sequence;

    public SliceShard(
            ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables) {
        this(table, range, logicalWorkers, optimiser, tables, ChunkSum::new);
    }

    /** With sums that lack a rule, so that tests can show what it is good for. */
    SliceShard(
            ParameterTable table,
            ShardRange range,
            int logicalWorkers,
            Optimiser optimiser,
            TableShards tables,
            ChunkSum.Maker maker) {
        super(
                table,
                range,
                logicalWorkers,
                optimiser,
                tables,
                (elements, workers, kernel) -> new ChunkSum(0, 0, kernel));
        this.maker = maker;
        this.clocks = new long[logicalWorkers];
        this.newestAttempt = new int[logicalWorkers];
        for (int worker = 0; worker < logicalWorkers; worker++) {
            open.add(new TreeMap<>());
        }
    }

    @Override
    void resume(long newVersion, long newAppliedSteps) {
        super.resume(newVersion, newAppliedSteps);
        Arrays.fill(clocks, newVersion);
    }

    /** Slices decided since this shard was made. */
    @Override
    public long state() {
        return sequence;
    }

    @Override
    public boolean isAt(long asked) {
        return version() >= 0 && Arrays.stream(clocks).allMatch(clock -> clock == asked);
    }

    @Override
    boolean isBySlices() {
        return true;
    }

    @Override
    public long nextStep(int logicalWorker) {
        return logicalWorker >= 0 && logicalWorker < clocks.length ? clocks[logicalWorker] : version();
    }

    /** Whatever comes is read at once. */
    @Override
    public boolean foldsAtOnce(Contribution contribution) {
        return true;
    }

    @Override
    public Arrival add(Contribution contribution, Payload payload) {
        try {
            checkTerms(contribution, nextStep(contribution.logicalWorker()));
            check("add gradient", contribution.chunk(), payload.bytes().remaining(), contribution.dtype());
        } catch (IllegalArgumentException e) {
            payload.release();
            throw e;
        }
        Arrival refusal = refusal(contribution);
        if (refusal != null) {
            payload.release();
            return refusal;
        }
        return reported(contribution, sums -> sums.add(contribution, payload));
    }

    @Override
    public Arrival addRows(RowContribution rows, Payload payload) {
        Contribution slice = rows.slice();
        try {
            checkTerms(slice, nextStep(slice.logicalWorker()));
            tables().check(rows, payload.bytes());
        } catch (IllegalArgumentException e) {
            payload.release();
            throw e;
        }
        Arrival refusal = refusal(slice);
        if (refusal != null) {
            payload.release();
            return refusal;
        }
        return reported(slice, sums -> sums.addRows(rows, payload));
    }

    private @Nullable Arrival refusal(Contribution contribution) {
        int worker = contribution.logicalWorker();
        int attempt = contribution.attempt();
        if (contribution.step() < clocks[worker]) {
            return Arrival.OLD_STEP;
        }
        if (attempt < newestAttempt[worker]) {
            return Arrival.OLD_ATTEMPT;
        }
        if (attempt > newestAttempt[worker]) {
            newestAttempt[worker] = attempt;
            open.get(worker).values().removeIf(sums -> !sums.isComplete() && recycle(sums));
        }
        return null;
    }

    private boolean recycle(SliceSums sums) {
        sums.clear();
        return spare.add(sums);
    }

    private interface Adding {
        Arrival to(SliceSums sums);
    }

    private Arrival reported(Contribution slice, Adding adding) {
        SliceSums sums = open.get(slice.logicalWorker()).computeIfAbsent(slice.attempt(), absent -> empty());
        Arrival arrival = adding.to(sums);
        if (arrival == Arrival.FOLDED && sums.isComplete()) {
            reports.add(new ShardReport(
                    slice.step(), sums.squares(), new ShardReport.Slice(slice.logicalWorker(), slice.attempt())));
        }
        return arrival;
    }

    private SliceSums empty() {
        SliceSums sums = spare.poll();
        if (sums != null) {
            return sums;
        }
        ChunkSum[] chunks = new ChunkSum[range().chunks()];
        Arrays.setAll(chunks, chunk -> maker.make(range().chunkSize(chunk), 1, kernel));
        return new SliceSums(updates(), tables(), chunks);
    }

    /** The report of the next slice that is complete; null if there is none. */
    @Override
    public @Nullable ShardReport takeReport() {
        return reports.poll();
    }

    /**
     * Ends a slice as decided.
     *
     * @throws IllegalStateException if the decision is not the next one, or for other gradients
     */
    @Override
    public void apply(StepOutcome outcome) {
        SliceTurn turn = outcome.slice();
        if (turn == null
                || turn.sequence() != sequence
                || turn.logicalWorker() >= clocks.length
                || outcome.step() != clocks[turn.logicalWorker()]) {
            throw new IllegalStateException("Cannot end slice: step=" + outcome.step() + " slice=" + turn
                    + ", expected number " + sequence + "; restart from the last checkpoint");
        }
        int worker = turn.logicalWorker();
        if (worker == 0) {
            take(outcome.evaluation()); // which the other slices of its step may repeat
        }
        if (outcome.decision() == StepOutcome.Decision.APPLY && !isEmpty()) {
            SliceSums sums = open.get(worker).get(turn.attempt());
            if (sums == null || !sums.isComplete() || !sums.isOf(outcome.samples())) {
                throw new IllegalStateException("Cannot end slice: step=" + outcome.step() + " slice=" + turn
                        + " samples=" + outcome.samples()
                        + ", expected the pushed gradients; push and report the same slices");
            }
            float clip = move(sums.gradients(), outcome.gradientNorm());
            sums.applyRows(appliedSteps(), rate(), clip);
        } else if (outcome.decision() == StepOutcome.Decision.APPLY) {
            move(new float[0][], outcome.gradientNorm());
        }
        open.get(worker).values().removeIf(this::recycle);
        reports.removeIf(report -> report.slice() != null && report.slice().logicalWorker() == worker);
        clocks[worker]++;
        sequence++;
        super.resume(Arrays.stream(clocks).min().orElse(0), appliedSteps());
    }

    /** Whether nothing that is pushed comes here. */
    private boolean isEmpty() {
        return !votes(range(), tables().all().size());
    }

    /** Whether a shard hears of slices, and so has a say: others get nothing of them. */
    static boolean votes(ShardRange range, int tables) {
        return range.chunks() > 0 || tables > 0;
    }

    /** How many of {@code servers} shards have a say in decisions about slices. */
    public static int voters(SyncSettings settings, ParameterTable table, int servers) {
        return (int) settings.ranges(table, servers).stream()
                .filter(range -> votes(range, table.tables().size()))
                .count();
    }
}
