// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.threads;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that share the items of one short job after the other with the thread that asks. They look out for the next job
 * a moment before they sleep, since a step of decoding has dozens of jobs of a few microseconds, and meanwhile give way to
 * whoever else wants the processor. Each begins with a share
 * of its own, so that cores seldom write to the same line of memory, and helps the others when it is done, so that a
 * thread which the machine holds up holds up nobody else. Used by one thread.
 */
public final class Team implements AutoCloseable {
    private static final long SPIN_NANOS = 200_000;
    private static final int SPINS_BETWEEN_LOOKS = 64;
    private static final int SPINS_BEFORE_YIELD = 5_000;

    private final Member[] members;
    private final long spinNanos;
    /** What every thread begins behind, however late it starts. */
    private final Job nothing = new Job(0, 1, (item, thread) -> {});

    private volatile Job job = nothing;
    private volatile boolean closed;

    /** Work on one item of a job. */
    @FunctionalInterface
    public interface Work {
        /** @param thread number of the thread that does it, from 0 on */
        void run(int item, int thread);
    }

    /** @param threads at least 1, with the calling one */
    public Team(int threads) {
        this("howdah-decode", threads, SPIN_NANOS);
    }

    /**
     * @param name of threads, before their numbers
     * @param spinNanos how long threads look out for the next job before they sleep
     */
    Team(String name, int threads, long spinNanos) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "Cannot make a team: threads=" + threads + ", expected at least 1; raise the number");
        }
        this.spinNanos = spinNanos;
        members = new Member[threads - 1];
        for (int i = 0; i < members.length; i++) {
            members[i] = new Member(name, i + 1);
            members[i].thread.start();
        }
    }

    /** Threads, with the calling one. */
    public int size() {
        return members.length + 1;
    }

    /**
     * Runs {@code work} once per item, on any thread and in any order, and returns once all are done. What an item throws is
     * thrown then, as it is.
     */
    public void run(int items, Work work) {
        if (members.length == 0 || items < 2) {
            for (int i = 0; i < items; i++) {
                work.run(i, 0);
            }
            return;
        }
        Job mine = new Job(items, size(), work);
        job = mine;
        for (Member member : members) {
            if (member.sleeps) {
                LockSupport.unpark(member.thread);
            }
        }
        mine.share(0);
        mine.await();
    }

    @Override
    public void close() {
        closed = true;
        for (Member member : members) {
            LockSupport.unpark(member.thread);
        }
    }

    private static final class Job {
        /** Counters of different threads are so far apart, in integers, that they share no line of memory. */
        private static final int APART = 32;

        private final int items;
        private final int threads;
        private final Work work;
        /** By thread: the next item of its share. */
        private final AtomicIntegerArray next;

        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Job(int items, int threads, Work work) {
            this.items = items;
            this.threads = threads;
            this.work = work;
            this.next = new AtomicIntegerArray(threads * APART);
            for (int thread = 1; thread < threads; thread++) {
                next.setPlain(thread * APART, start(thread));
            }
        }

        private int start(int thread) {
            return (int) ((long) items * thread / threads);
        }

        /** Does items until none is left, those of its own share first. */
        void share(int thread) {
            int finished = 0;
            for (int i = 0; i < threads; i++) {
                int owner = (thread + i) % threads;
                int end = start(owner + 1);
                int place = owner * APART;
                // Reading first spares the write, and the line, where nothing is left.
                while (next.get(place) < end) {
                    int item = next.getAndIncrement(place);
                    if (item < end) {
                        run(item, thread);
                        finished++;
                    }
                }
            }
            done.addAndGet(finished);
        }

        private void run(int item, int thread) {
            try {
                work.run(item, thread);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        void await() {
            for (int spins = 0; done.get() < items; spins++) {
                if (spins < SPINS_BEFORE_YIELD) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
            if (failure instanceof Error error) {
                throw error;
            } else if (failure instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    private final class Member implements Runnable {
        private final int number;
        private final Thread thread;
        private volatile boolean sleeps;

        Member(String name, int number) {
            this.number = number;
            this.thread = new Thread(this, name + "-" + number);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            Job last = nothing;
            while (awaitOtherThan(last)) {
                last = job;
                last.share(number);
            }
        }

        private boolean awaitOtherThan(Job last) {
            long since = System.nanoTime();
            while (job == last && !closed) {
                for (int i = 0; i < SPINS_BETWEEN_LOOKS && job == last; i++) {
                    Thread.onSpinWait();
                }
                Thread.yield();
                if (System.nanoTime() - since > spinNanos) {
                    sleeps = true;
                    while (job == last && !closed) {
                        LockSupport.park(this);
                    }
                    sleeps = false;
                }
            }
            return !closed;
        }
    }
}
