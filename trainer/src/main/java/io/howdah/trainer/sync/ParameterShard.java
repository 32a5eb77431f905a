// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.RateCourse;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One range of the parameters: FP32 masters, optimiser state and the open step's sums. A pure state machine without
 * threads or clocks; whoever owns it calls it from one thread. Open to tests alone.
 *
 * <p>Life of step t at version t: {@link #add} until every chunk has every logical worker's gradient, then {@link
 * #takeReport} once, then {@link #apply} with what was decided for the whole model, which makes version t + 1.
 */
public class ParameterShard {
    /** What became of a contribution. */
    public enum Arrival {
        /** Added to the sum. */
        FOLDED,
        /** Kept until the logical workers before it have come. */
        WAITING,
        /** Came before; changes nothing. */
        DUPLICATE,
        /** From an older attempt than the newest seen; changes nothing. */
        OLD_ATTEMPT,
        /** For a step that is decided; changes nothing. */
        OLD_STEP
    }

    private static final long NOT_LOADED = -1;

    private final ParameterTable table;
    private final ShardRange range;
    private final Optimiser optimiser;
    private final RateCourse course;
    private final ShardUpdates updates;
    private final int logicalWorkers;
    private final TableShards tables;
    private final WireKernel kernel = WireKernel.best();
    private final MasterWeights masters;
    private final ChunkSum[] sums;
    private final ExactSum squares = new ExactSum();
    private final int[] newestAttempt;
    private final long[] stepSamples;
    private int completeChunks;
    private boolean reported;
    private long version = NOT_LOADED;
    private long appliedSteps;

    /** A shard of a model without sparse tables. */
    public ParameterShard(ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser) {
        this(table, range, logicalWorkers, optimiser, TableShards.none());
    }

    /** @param tables what the same server keeps of the sparse tables; they end their steps together */
    public ParameterShard(
            ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables) {
        this(table, range, logicalWorkers, optimiser, tables, ChunkSum::new);
    }

    /** With sums that lack a rule, so that tests can show what it is good for. */
    ParameterShard(
            ParameterTable table,
            ShardRange range,
            int logicalWorkers,
            Optimiser optimiser,
            TableShards tables,
            ChunkSum.Maker maker) {
        this.table = table;
        this.range = range;
        this.optimiser = optimiser;
        this.course = new RateCourse(optimiser.learningRate());
        this.logicalWorkers = logicalWorkers;
        this.tables = tables;
        int chunks = range.chunks();
        masters = new MasterWeights(range, kernel);
        updates = ShardUpdates.of(table, range, optimiser);
        sums = new ChunkSum[chunks];
        for (int chunk = 0; chunk < chunks; chunk++) {
            sums[chunk] = maker.make(range.chunkSize(chunk), logicalWorkers, kernel);
        }
        newestAttempt = new int[logicalWorkers];
        stepSamples = new long[logicalWorkers];
        Arrays.fill(stepSamples, -1);
    }

    public ShardRange range() {
        return range;
    }

    /** What this server keeps of the sparse tables. */
    public TableShards tables() {
        return tables;
    }

    /** The published version; -1 before the weights are loaded. */
    public long version() {
        return version;
    }

    /** Steps that moved the weights; skipped ones do not count. */
    public long appliedSteps() {
        return appliedSteps;
    }

    /**
     * Loads the initial FP32 weights of one chunk.
     *
     * @return true once all chunks are loaded and version 0 is published
     */
    public boolean load(int chunk, ByteBuffer weights) {
        check("load weights", chunk, weights.remaining(), DType.FLOAT32);
        if (version != NOT_LOADED) {
            return true;
        }
        masters.load(chunk, weights);
        return loadedIfComplete();
    }

    /** Publishes version 0 if nothing is missing; of use where the range is empty. */
    public boolean loadedIfComplete() {
        if (version == NOT_LOADED && masters.isLoaded()) {
            version = 0;
        }
        return version != NOT_LOADED;
    }

    /** Changes whenever the weights may have. */
    public long state() {
        return version;
    }

    /** Whether the weights are exactly those of {@code asked}, with nothing of a later step. */
    public boolean isAt(long asked) {
        return version() == asked;
    }

    /** Whether every slice moves the weights by itself. */
    boolean isBySlices() {
        return false;
    }

    /** The step that a logical worker's gradients are taken of. */
    public long nextStep(int logicalWorker) {
        return version;
    }

    /** Goes on from a snapshot whose weights and state have been put into {@link #arrays}. */
    void resume(long newVersion, long newAppliedSteps) {
        version = newVersion;
        appliedSteps = newAppliedSteps;
    }

    /** True if {@code contribution} would be folded at once, so that its bytes need not outlive the call. */
    public boolean foldsAtOnce(Contribution contribution) {
        return contribution.step() < version
                || sums[contribution.chunk()].hasSeen(contribution.logicalWorker())
                || contribution.attempt() < newestAttempt[contribution.logicalWorker()]
                || sums[contribution.chunk()].next() == contribution.logicalWorker();
    }

    /**
     * Adds one logical worker's gradient of one chunk to the step that is open, at most once. Takes over {@code
     * payload} and releases it, at the latest with {@link #apply}.
     *
     * @throws IllegalArgumentException if the contribution fits neither the shard nor what this worker sent before; the
     *     payload is released
     */
    public Arrival add(Contribution contribution, Payload payload) {
        try {
            checkSlice(contribution);
            check("add gradient", contribution.chunk(), payload.bytes().remaining(), contribution.dtype());
        } catch (IllegalArgumentException e) {
            payload.release();
            throw e;
        }
        boolean seen = sums[contribution.chunk()].hasSeen(contribution.logicalWorker());
        Arrival refusal = refusal(contribution, seen);
        if (refusal != null) {
            payload.release();
            return refusal;
        }
        int worker = contribution.logicalWorker();
        stepSamples[worker] = contribution.samples();
        ChunkSum sum = sums[contribution.chunk()];
        boolean folded = sum.add(contribution, payload);
        if (sum.isComplete()) {
            sum.average();
            completed(sum);
        }
        return folded ? Arrival.FOLDED : Arrival.WAITING;
    }

    /** Counts a chunk whose mean gradient is there. */
    void completed(ChunkSum sum) {
        updates.addSquares(sum, squares);
        completeChunks++;
    }

    /** The open step's sum of one chunk. */
    ChunkSum sum(int chunk) {
        return sums[chunk];
    }

    /** By logical worker, the newest attempt seen; not a copy. */
    int[] newestAttempts() {
        return newestAttempt;
    }

    /** Adds one piece of a logical worker's gradients of rows, as {@link #add}. */
    public Arrival addRows(RowContribution rows, Payload payload) {
        Contribution slice = rows.slice();
        try {
            checkSlice(slice);
            tables.check(rows, payload.bytes());
            if (slice.step() == version) {
                tables.checkCut(rows);
            }
        } catch (IllegalArgumentException e) {
            payload.release();
            throw e;
        }
        Arrival refusal = refusal(slice, tables.hasSeen(rows));
        if (refusal != null) {
            payload.release();
            return refusal;
        }
        stepSamples[slice.logicalWorker()] = slice.samples();
        return tables.add(rows, payload) ? Arrival.FOLDED : Arrival.WAITING;
    }

    private @Nullable Arrival refusal(Contribution contribution, boolean seen) {
        if (contribution.step() < version) {
            return Arrival.OLD_STEP;
        }
        if (isFenced(contribution)) {
            return Arrival.OLD_ATTEMPT;
        }
        newestAttempt[contribution.logicalWorker()] = contribution.attempt();
        return seen ? Arrival.DUPLICATE : null;
    }

    /** Whether it is from an older attempt than the newest seen. */
    boolean isFenced(Contribution contribution) {
        return contribution.attempt() < newestAttempt[contribution.logicalWorker()];
    }

    private void checkSlice(Contribution contribution) {
        int worker = contribution.logicalWorker();
        checkTerms(contribution, version);
        boolean open = contribution.step() == version;
        long before = open && stepSamples[worker] >= 0 ? stepSamples[worker] : contribution.samples();
        if (contribution.samples() < 0 || contribution.samples() != before) {
            throw otherSamples(contribution, before);
        }
    }

    /** Refuses what no shard of this job can take while {@code open} is the worker's open step. */
    final void checkTerms(Contribution contribution, long open) {
        int worker = contribution.logicalWorker();
        if (worker < 0 || worker >= logicalWorkers) {
            throw new IllegalArgumentException("Cannot add gradient: logicalWorker=" + worker + ", expected 0 to "
                    + (logicalWorkers - 1) + "; all processes must agree on the number of logical workers");
        }
        if (contribution.step() > open || version == NOT_LOADED) {
            throw new IllegalArgumentException("Cannot add gradient: step=" + contribution.step()
                    + ", expected at most " + open + "; pull the weights of a step before pushing to it");
        }
        float scale = contribution.lossScale();
        if (!(scale > 0) || Float.isInfinite(scale) || Math.scalb(1f, Math.getExponent(scale)) != scale) {
            throw new IllegalArgumentException("Cannot add gradient: lossScale=" + scale
                    + ", expected a power of two; only those divide out exactly");
        }
    }

    static IllegalArgumentException otherSamples(Contribution contribution, long before) {
        return new IllegalArgumentException("Cannot add gradient: samples=" + contribution.samples() + " step="
                + contribution.step() + " logicalWorker=" + contribution.logicalWorker() + ", expected "
                + Math.max(0, before) + "; a slice has one size for all parameters");
    }

    final void check(String act, int chunk, int bytes, DType dtype) {
        WireFormat.check(dtype);
        if (chunk < 0 || chunk >= sums.length || bytes != range.chunkSize(chunk) * dtype.bytes()) {
            throw new IllegalArgumentException("Cannot " + act + ": chunk=" + chunk + " of " + sums.length
                    + ", bytes=" + bytes + ", expected a whole chunk in " + dtype
                    + "; all processes must use one parameter table and one number of servers");
        }
    }

    /** The report of the open step, once, when every gradient has been added; else null. */
    public @Nullable ShardReport takeReport() {
        if (reported || version == NOT_LOADED || completeChunks < sums.length || !tables.isComplete()) {
            return null;
        }
        reported = true;
        updates.addSquares(gradients(), squares);
        tables.addSquares(squares);
        return new ShardReport(version, squares);
    }

    /**
     * Ends the open step as decided and publishes the next version. Contributions that were not folded are dropped.
     *
     * @throws IllegalStateException if the decision is for another step or for other gradients
     */
    public void apply(StepOutcome outcome) {
        if (outcome.step() != version) {
            throw new IllegalStateException("Cannot end step: step=" + outcome.step() + ", expected " + version
                    + "; restart from the last checkpoint");
        }
        take(outcome.evaluation());
        if (outcome.decision() == StepOutcome.Decision.APPLY) {
            boolean complete = completeChunks == sums.length && tables.isComplete();
            if (!complete
                    || sums.length > 0 && sums[0].samples() != outcome.samples()
                    || !tables.isOf(outcome.samples())) {
                throw new IllegalStateException("Cannot end step: step=" + outcome.step() + " samples="
                        + outcome.samples() + ", expected the sum over the pushed gradients; push and report the same"
                        + " slices");
            }
            float clip = move(gradients(), outcome.gradientNorm());
            tables.apply(appliedSteps, rate(), clip);
        }
        tables.clear();
        for (ChunkSum sum : sums) {
            sum.clear();
        }
        squares.clear();
        Arrays.fill(stepSamples, -1);
        completeChunks = 0;
        reported = false;
        version++;
    }

    /** Moves the dense weights against complete gradients of norm {@code norm}; returns the factor that clips them. */
    final float move(float[][] gradients, double norm) {
        appliedSteps++;
        float clip = (float) optimiser.clipFactor(norm);
        updates.apply(
                masters.arrays(), gradients, new UpdateRule.Step(appliedSteps, rate(), optimiser.weightDecay()), clip);
        return clip;
    }

    /** Lets the learning rate follow an evaluation; NaN for none. */
    final void take(double evaluation) {
        course.take(evaluation);
    }

    /** Learning rate of the newest applied step. */
    final double rate() {
        return course.at(appliedSteps);
    }

    /** What the optimiser does with the masters. */
    final ShardUpdates updates() {
        return updates;
    }

    private float[][] gradients() {
        return Arrays.stream(sums).map(ChunkSum::gradient).toArray(float[][]::new);
    }

    /** Appends the weights of the flat elements [{@code from}, {@code to}) to {@code into}, rounded to {@code dtype}. */
    public void read(long from, long to, DType dtype, ByteBuffer into) {
        masters.read(from, to, dtype, into);
    }

    /** The learning rate so far, for snapshots. */
    RateCourse course() {
        return course;
    }

    /** Elements of the whole table. */
    long tableElements() {
        return table.elements();
    }

    /** FP32 masters and optimiser state, for snapshots. */
    List<ShardArray> arrays() {
        List<ShardArray> arrays = new ArrayList<>();
        float[][] weights = masters.arrays();
        for (int chunk = 0; chunk < weights.length; chunk++) {
            arrays.add(new ShardArray("weights", range.chunkFrom(chunk), weights[chunk]));
        }
        arrays.addAll(updates.arrays());
        return arrays;
    }
}
