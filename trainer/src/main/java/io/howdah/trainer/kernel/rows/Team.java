// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do one short task after the other together with the one that asks. They look out for the next task a
 * moment before they sleep, since a step of decoding has dozens of tasks of a few microseconds. Used by one thread.
 */
public final class Team implements AutoCloseable {
    private static final long SPIN_NANOS = 200_000;
    private static final int SPINS_BETWEEN_LOOKS = 64;

    private final Member[] members;
    private final AtomicInteger running = new AtomicInteger();
    private volatile @Nullable IntConsumer task;
    private volatile int round;
    /** Written by the caller alone. */
    private int rounds;

    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /** @param threads at least 1, with the calling one */
    public Team(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "Cannot make a team: threads=" + threads + ", expected at least 1; raise the number");
        }
        members = new Member[threads - 1];
        for (int i = 0; i < members.length; i++) {
            members[i] = new Member(i + 1);
            members[i].thread.start();
        }
    }

    /** Threads, with the calling one. */
    public int size() {
        return members.length + 1;
    }

    /** Runs {@code work} once per thread, with numbers from 0 on, and returns once all are done. */
    public void run(IntConsumer work) {
        if (members.length == 0) {
            work.accept(0);
            return;
        }
        running.set(members.length);
        task = work;
        round = ++rounds;
        for (Member member : members) {
            if (member.sleeps) {
                LockSupport.unpark(member.thread);
            }
        }
        try {
            work.accept(0);
        } finally {
            while (running.get() != 0) {
                Thread.onSpinWait();
            }
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new IllegalStateException("Cannot finish a task of the team: " + thrown, thrown);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Member member : members) {
            LockSupport.unpark(member.thread);
        }
    }

    private final class Member implements Runnable {
        private final int number;
        private final Thread thread;
        private volatile boolean sleeps;

        Member(int number) {
            this.number = number;
            this.thread = new Thread(this, "howdah-decode-" + number);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            int done = 0;
            while (awaitRound(done)) {
                done++;
                try {
                    IntConsumer work = task;
                    if (work != null) {
                        work.accept(number);
                    }
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    running.decrementAndGet();
                }
            }
        }

        private boolean awaitRound(int done) {
            long since = System.nanoTime();
            while (round == done) {
                for (int i = 0; i < SPINS_BETWEEN_LOOKS && round == done; i++) {
                    Thread.onSpinWait();
                }
                if (round == done && System.nanoTime() - since > SPIN_NANOS) {
                    sleeps = true;
                    while (round == done && !closed) {
                        LockSupport.park(this);
                    }
                    sleeps = false;
                }
                if (closed) {
                    return false;
                }
            }
            return true;
        }
    }
}
