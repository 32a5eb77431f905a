// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

/**
 * Where random ops of a thread take their numbers from: a seed, the number of a logical worker, and how many draws came
 * before. Draw n is the n-th stream of {@link Philox}, so that it neither depends on the kernels in use nor on how many
 * numbers earlier draws took, and a state of three numbers is enough to go on from a checkpoint.
 */
public final class Randomness {
    private static final ThreadLocal<Randomness> CURRENT = ThreadLocal.withInitial(() -> new Randomness(0, 0));

    /** Logical workers and draws share the 64 bits of a stream's number. */
    private static final int WORKER_SHIFT = 40;

    private static final long MOST_WORKERS = 1L << (Long.SIZE - WORKER_SHIFT - 1);

    private long seed;
    private long worker;
    private long draws;

    /**
     * Everything that the following draws depend on.
     *
     * @param seed key of the generator
     * @param worker number of the logical worker
     * @param draws how many draws came before
     */
    public record State(long seed, long worker, long draws) {}

    private Randomness(long seed, long worker) {
        this.seed = seed;
        this.worker = worker;
    }

    /** The source of this thread. */
    public static Randomness current() {
        return CURRENT.get();
    }

    /** Starts anew from {@code seed}, as logical worker 0. */
    public void seed(long newSeed) {
        restore(new State(newSeed, 0, 0));
    }

    /** Starts anew from {@code seed}; workers of different numbers draw independent numbers. */
    public void seed(long newSeed, long logicalWorker) {
        restore(new State(newSeed, logicalWorker, 0));
    }

    /**
     * Starts anew for one training step: what a step draws depends neither on the steps before nor on which process
     * takes it.
     */
    public void seed(long newSeed, long logicalWorker, long step) {
        seed(mixed(newSeed + mixed(step)), logicalWorker);
    }

    /** A bijection under which near numbers go far apart: the finaliser of Steele et al., SplitMix64, 2014. */
    private static long mixed(long number) {
        long z = number + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    public State state() {
        return new State(seed, worker, draws);
    }

    /** Goes on from {@code state}. */
    public void restore(State state) {
        if (state.worker() < 0 || state.worker() >= MOST_WORKERS) {
            throw new IllegalArgumentException("Cannot seed: worker=" + state.worker() + ", expected 0 <= worker < "
                    + MOST_WORKERS + "; number the logical workers from 0");
        }
        this.seed = state.seed();
        this.worker = state.worker();
        this.draws = state.draws();
    }

    /** The generator of the next draw. */
    public Philox next() {
        return new Philox(seed, (worker << WORKER_SHIFT) + draws++);
    }
}
