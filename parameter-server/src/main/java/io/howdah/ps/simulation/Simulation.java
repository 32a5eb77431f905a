// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.ServerParts;
import io.howdah.ps.ServerPlace;
import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.JobIdentity;
import io.howdah.ps.wire.Timer;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.SnapshotSource;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One training on simulated processes, compared with the serial run at every step: every worker's weights and every decision
 * have to have its bits, whatever happens. Runs on one thread, in virtual time.
 */
final class Simulation {
    private static final long HORIZON = 600_000_000_000L;
    private static final int BODY_LIMIT = 1 << 20;
    private static final long LONGEST_COMPUTATION = 4_000_000;
    private static final long LONGEST_WRITE = 8_000_000;

    private final Schedule schedule;
    private final Parts parts;
    private final Workload workload;
    private final SerialRun expected;
    private final @Nullable SliceRecord slices;
    private final SplittableRandom random;
    private final VirtualClock clock = new VirtualClock();
    private final SimulatedNetwork network;
    private final SimulatedBlobs blobs = new SimulatedBlobs();
    private SimulatedBlobs transfers = new SimulatedBlobs();
    private long transfersOf;
    private final Counters counters = new Counters(clock::nanoTime);
    private final List<Tensor> initialWeights = new ArrayList<>();
    private final SimulatedJob job;
    private final Faults faults;
    private @Nullable SnapshotSource snapshot;
    private long snapshotGeneration;
    private @Nullable String problem;

    Simulation(Schedule schedule, Parts parts) {
        this(schedule, parts, new SplittableRandom(~schedule.seed()));
    }

    private Simulation(Schedule schedule, Parts parts, SplittableRandom random) {
        this(schedule, parts, random, clock -> new RandomDelays(clock, random, schedule.meanDelayNanos()));
    }

    /** @param links makes the network's links */
    Simulation(Schedule schedule, Parts parts, SplittableRandom random, Function<VirtualClock, LinkModel> links) {
        this.schedule = schedule;
        this.parts = parts;
        this.workload = new Workload(schedule);
        boolean bySlices = schedule.consistency().bySlices();
        this.expected = new SerialRun(workload, bySlices ? 0 : schedule.steps());
        this.slices = bySlices ? new SliceRecord(this) : null;
        this.random = random;
        this.network = new SimulatedNetwork(clock, links.apply(clock), parts.admissions());
        this.job = new SimulatedJob(this);
        this.faults = new Faults(this, job);
    }

    /** Runs to the end, or to the first thing that is wrong. */
    SimulationResult run() {
        try {
            float[] values = workload.initialWeights();
            workload.table().specs().forEach(spec -> {
                Tensor tensor = Tensor.zeros(DType.FLOAT32, spec.shape()).keep();
                int first = (int) workload.table().offset(initialWeights.size());
                for (int i = 0; i < tensor.elements(); i++) {
                    tensor.buffer().putFloat(Float.BYTES * i, values[first + i]);
                }
                initialWeights.add(tensor);
            });
            job.start();
            faults.begin(schedule.faults());
            while (problem == null && !job.isFinished()) {
                if (!clock.advance() || clock.nanoTime() > HORIZON) {
                    report("the training is stuck");
                }
            }
            if (problem == null && slices != null) {
                slices.replay();
            }
        } catch (RuntimeException e) {
            report("unexpected " + e + " at " + e.getStackTrace()[0]);
        } finally {
            job.dispose();
            initialWeights.forEach(Tensor::close);
        }
        return new SimulationResult(
                problem,
                clock.nanoTime(),
                clock.planned(),
                job.generation(),
                faults.happened(),
                network.traffic().all(),
                counters.values());
    }

    Schedule schedule() {
        return schedule;
    }

    Parts parts() {
        return parts;
    }

    /** What a server is made of. */
    ServerParts parts(long generation, ServerPlace place) {
        SliceRecord record = slices;
        return record == null
                ? parts.server()
                : parts.server().withSlices(parts.slices().of(record.observer(generation, place)));
    }

    /** A generation begins. */
    void begin(long generation) {
        if (slices != null) {
            String set = snapshot == null ? "step-0" : snapshot.set();
            slices.begin(generation, Long.parseLong(set.substring("step-".length())), snapshotGeneration);
        }
    }

    /** Whether all logical workers come together before {@code step}. */
    boolean isBoundary(long step) {
        return step == schedule.steps() || step > 0 && step % schedule.snapshotEvery() == 0;
    }

    /** The oldest version that step {@code step} may be computed with. */
    long minimumVersion(long step) {
        return isBoundary(step) ? step : schedule.consistency().minimumVersion(step);
    }

    /** A worker contributes a slice. */
    void contributed(SimulatedWorker worker, int logicalWorker, long step, SliceRecord.Contributed what) {
        if (slices != null) {
            slices.contributed(worker.identity(), logicalWorker, step, what);
        }
    }

    Workload workload() {
        return workload;
    }

    SplittableRandom random() {
        return random;
    }

    VirtualClock clock() {
        return clock;
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulatedBlobs blobs() {
        return blobs;
    }

    /** Where shards lie on their way between servers of the present generation. */
    SimulatedBlobs transfers() {
        if (transfersOf != job.generation()) {
            transfersOf = job.generation();
            transfers = new SimulatedBlobs();
        }
        return transfers;
    }

    List<Tensor> initialWeights() {
        return initialWeights;
    }

    /** What holds for the connections of generation {@code generation}. */
    ConnectionSettings connections(long generation) {
        JobIdentity identity = new JobIdentity("simulated", generation, new byte[32]);
        return new ConnectionSettings(identity, BODY_LIMIT, BODY_LIMIT, counters);
    }

    /** Storage of a process: slow, one thing at a time. */
    Executor storageOf(SimulatedProcess process) {
        SimulatedProcess storage = new SimulatedProcess(clock, "storage of " + process);
        return action -> storage.execute(random.nextLong(LONGEST_WRITE), () -> {
            if (process.isAlive()) {
                action.run();
            }
        });
    }

    /** Time as a process sees it: nothing happens to one that has ended. */
    Timer timerOf(SimulatedProcess process) {
        return new Timer() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public void after(Duration delay, Runnable action) {
                clock.after(delay, () -> process.execute(action));
            }
        };
    }

    /** How long a logical worker computes, in nanoseconds. */
    long computation() {
        return random.nextLong(LONGEST_COMPUTATION);
    }

    /** Whether version {@code step} should have a snapshot and has none. */
    boolean isSnapshotDue(long step) {
        return step > 0
                && step < schedule.steps()
                && step % schedule.snapshotEvery() == 0
                && !blobs.committed().contains(setName(step));
    }

    String setName(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    /** Makes a snapshot the one to go on from, unless a copy of the process has done so. */
    void commit(String set, List<BlobInfo> written, long generation) {
        try {
            blobs.commit(set);
            snapshot = new SnapshotSource(set, written);
            snapshotGeneration = generation;
        } catch (IOException e) {
            if (!blobs.committed().contains(set)) {
                report(String.valueOf(e.getMessage()));
            }
        }
    }

    /** What a new generation goes on from. */
    @Nullable
    SnapshotSource snapshot() {
        return snapshot;
    }

    /** Compares the weights of version {@code version} that a worker has pulled. */
    void check(SimulatedWorker worker, long version, float[] weights) {
        if (slices != null) {
            slices.pulled(worker, version, worker.known(), weights);
            return;
        }
        if (job.hasCopies(worker)) {
            return; // parts may be newer
        }
        int difference = Arrays.mismatch(bits(weights), bits(expected.weights(version)));
        if (difference >= 0) {
            report(worker + " pulled weights of version " + version + " that differ in element " + difference);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    /** Compares what a worker was told of a step. */
    void check(SimulatedWorker worker, StepOutcome outcome) {
        if (slices != null) {
            slices.told(worker, outcome);
            return;
        }
        StepOutcome right = expected.outcome(outcome.step());
        if (!outcome.equals(right)) {
            report(worker + " was told " + outcome + ", expected " + right);
        }
    }

    void finished(SimulatedWorker worker) {
        job.finished(worker);
    }

    void failed(SimulatedWorker worker, String reason) {
        job.failed(worker, reason);
    }

    /** Notes what is wrong; the first counts. */
    void report(String what) {
        if (problem == null) {
            problem = what;
        }
    }
}
