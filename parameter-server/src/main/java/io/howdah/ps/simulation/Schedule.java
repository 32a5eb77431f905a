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
 * @param training what they do
 * @param meanDelayNanos mean of what a message takes on an average link
 * @param faults how many things happen
 */
record Schedule(long seed, Processes processes, Training training, long meanDelayNanos, int faults) {
    private static final DType[] GRADIENTS = {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16};
    private static final DType[] WEIGHTS = {DType.FLOAT32, DType.BFLOAT16};
    private static final int MOST_TABLES = 2;

    /**
     * How many processes there are of which kind.
     *
     * @param servers S
     * @param workers W
     * @param replicated whether every shard is on two servers
     */
    record Processes(int servers, int workers, boolean replicated) {}

    /**
     * What is trained, and how.
     *
     * @param logicalWorkers V
     * @param steps of the training
     * @param snapshotEvery steps between snapshots
     * @param gradientDtype wire dtype of gradients
     * @param weightDtype wire dtype of weights
     * @param tables sparse tables of the model
     * @param consistency how far weights may lie behind
     */
    record Training(
            int logicalWorkers,
            int steps,
            int snapshotEvery,
            DType gradientDtype,
            DType weightDtype,
            int tables,
            Consistency consistency) {
        private Training withSteps(int newSteps) {
            return new Training(
                    logicalWorkers, newSteps, snapshotEvery, gradientDtype, weightDtype, tables, consistency);
        }

        private Training with(Consistency other) {
            return new Training(logicalWorkers, steps, snapshotEvery, gradientDtype, weightDtype, tables, other);
        }
    }

    /** A schedule without sparse tables whose shards are kept once. */
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
                new Training(logicalWorkers, steps, snapshotEvery, gradientDtype, weightDtype, 0, Consistency.SYNC),
                meanDelayNanos,
                faults);
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

    /** Steps of the training. */
    int steps() {
        return training.steps();
    }

    /** Steps between snapshots. */
    int snapshotEvery() {
        return training.snapshotEvery();
    }

    /** How far weights may lie behind. */
    Consistency consistency() {
        return training.consistency();
    }

    /** The schedule of {@code seed}. */
    static Schedule of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int workers = 1 + random.nextInt(4);
        int servers = 1 + random.nextInt(3);
        int logicalWorkers = workers * (1 + random.nextInt(2));
        int steps = 3 + random.nextInt(4);
        int snapshotEvery = 1 + random.nextInt(3);
        DType gradients = GRADIENTS[random.nextInt(GRADIENTS.length)];
        DType weights = WEIGHTS[random.nextInt(WEIGHTS.length)];
        long meanDelayNanos = 50_000L << random.nextInt(5);
        int faults = random.nextInt(12);
        int tables = random.nextInt(MOST_TABLES + 1);
        return new Schedule(
                seed,
                new Processes(servers, workers, false),
                new Training(logicalWorkers, steps, snapshotEvery, gradients, weights, tables, Consistency.SYNC),
                meanDelayNanos,
                faults);
    }

    /** The schedule of {@code seed} with a consistency by slices. */
    static Schedule bySlices(long seed) {
        SplittableRandom random = new SplittableRandom(seed * 31 + 1);
        boolean bounded = random.nextInt(3) > 0;
        Consistency consistency = bounded ? Consistency.ssp(random.nextInt(3)) : Consistency.ASYNC;
        Schedule plain = of(seed);
        return plain.with(plain.training.with(consistency), plain.faults);
    }

    /** The same, with another number of faults. */
    Schedule withFaults(int newFaults) {
        return with(training, newFaults);
    }

    /** The same, with another number of steps. */
    Schedule withSteps(int newSteps) {
        return with(training.withSteps(newSteps), faults);
    }

    private Schedule with(Training newTraining, int newFaults) {
        return new Schedule(seed, processes, newTraining, meanDelayNanos, newFaults);
    }

    /** The same, more steps of it and more faults, with every shard on two of several servers. */
    Schedule withReplicas() {
        return new Schedule(
                seed,
                new Processes(2 + (int) (seed % 3), workers(), true),
                training.withSteps(2 * steps()),
                meanDelayNanos,
                2 + faults);
    }
}
