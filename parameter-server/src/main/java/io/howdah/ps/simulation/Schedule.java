// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.tensor.DType;
import java.util.SplittableRandom;

/**
 * One simulated training and what happens to it, all from one seed.
 *
 * @param seed of everything that is random
 * @param processes of the first generation
 * @param logicalWorkers V
 * @param steps of the training
 * @param snapshotEvery steps between snapshots
 * @param gradientDtype wire dtype of gradients
 * @param weightDtype wire dtype of weights
 * @param meanDelayNanos mean of what a message takes on an average link
 * @param faults how many things happen
 * @param consistency how far weights may lie behind
 */
record Schedule(
        long seed,
        Processes processes,
        int logicalWorkers,
        int steps,
        int snapshotEvery,
        DType gradientDtype,
        DType weightDtype,
        long meanDelayNanos,
        int faults,
        Consistency consistency) {
    /**
     * How many processes there are of which kind.
     *
     * @param servers S
     * @param workers W
     * @param replicated whether every shard is on two servers
     */
    record Processes(int servers, int workers, boolean replicated) {}

    /** A schedule whose shards are kept once. */
    Schedule(
            long seed,
            int servers,
            int workers,
            int logicalWorkers,
            int steps,
            int snapshotEvery,
            DType gradientDtype,
            DType weightDtype,
            long meanDelayNanos,
            int faults) {
        this(
                seed,
                new Processes(servers, workers, false),
                logicalWorkers,
                steps,
                snapshotEvery,
                gradientDtype,
                weightDtype,
                meanDelayNanos,
                faults,
                Consistency.SYNC);
    }

    /** S of the first generation. */
    int servers() {
        return processes.servers();
    }

    /** W, worker processes. */
    int workers() {
        return processes.workers();
    }

    /** Whether every shard is on two servers. */
    boolean replicated() {
        return processes.replicated();
    }

    private static final DType[] GRADIENTS = {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16};
    private static final DType[] WEIGHTS = {DType.FLOAT32, DType.BFLOAT16};

    /** The schedule of {@code seed}. */
    static Schedule of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int workers = 1 + random.nextInt(4);
        return new Schedule(
                seed,
                1 + random.nextInt(3),
                workers,
                workers * (1 + random.nextInt(2)),
                3 + random.nextInt(4),
                1 + random.nextInt(3),
                GRADIENTS[random.nextInt(GRADIENTS.length)],
                WEIGHTS[random.nextInt(WEIGHTS.length)],
                50_000L << random.nextInt(5),
                random.nextInt(12));
    }

    /** The schedule of {@code seed} with a consistency by slices. */
    static Schedule bySlices(long seed) {
        SplittableRandom random = new SplittableRandom(seed * 31 + 1);
        boolean bounded = random.nextInt(3) > 0;
        Schedule plain = of(seed);
        return plain.with(plain.faults, bounded ? Consistency.ssp(random.nextInt(3)) : Consistency.ASYNC);
    }

    /** The same, with another number of faults. */
    Schedule withFaults(int newFaults) {
        return with(newFaults, consistency);
    }

    private Schedule with(int newFaults, Consistency other) {
        return new Schedule(
                seed,
                processes,
                logicalWorkers,
                steps,
                snapshotEvery,
                gradientDtype,
                weightDtype,
                meanDelayNanos,
                newFaults,
                other);
    }

    /** The same, with another number of steps. */
    Schedule withSteps(int newSteps) {
        return new Schedule(
                seed,
                processes,
                logicalWorkers,
                newSteps,
                snapshotEvery,
                gradientDtype,
                weightDtype,
                meanDelayNanos,
                faults,
                consistency);
    }

    /** The same, more steps of it and more faults, with every shard on two of several servers. */
    Schedule withReplicas() {
        return new Schedule(
                seed,
                new Processes(2 + (int) (seed % 3), workers(), true),
                logicalWorkers,
                2 * steps,
                snapshotEvery,
                gradientDtype,
                weightDtype,
                meanDelayNanos,
                2 + faults,
                consistency);
    }
}
