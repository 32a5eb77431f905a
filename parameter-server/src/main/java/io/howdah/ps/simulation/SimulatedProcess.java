// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import java.util.concurrent.Executor;

/** A process with one thread, which does one thing after the other. */
final class SimulatedProcess implements Executor {
    private final VirtualClock clock;
    private final String name;
    private long freeAt;
    private int waiting;
    private boolean alive = true;

    SimulatedProcess(VirtualClock clock, String name) {
        this.clock = clock;
        this.name = name;
    }

    boolean isAlive() {
        return alive;
    }

    /** Does {@code action} as soon as everything before it is done; never if the process ends before. */
    @Override
    public void execute(Runnable action) {
        execute(0, action);
    }

    /** As {@link #execute(Runnable)}, after {@code cpuNanos} of computation. */
    void execute(long cpuNanos, Runnable action) {
        if (!alive) {
            return;
        }
        freeAt = Math.max(clock.nanoTime(), freeAt) + cpuNanos;
        if (waiting == 0 && freeAt == clock.nanoTime()) {
            action.run();
            return;
        }
        waiting++;
        clock.at(freeAt, () -> {
            waiting--;
            if (alive) {
                action.run();
            }
        });
    }

    /** Does nothing for {@code nanos}, as while garbage is collected. */
    void pause(long nanos) {
        freeAt = Math.max(clock.nanoTime(), freeAt) + nanos;
    }

    /** Ends the process where it stands. */
    void kill() {
        alive = false;
    }

    @Override
    public String toString() {
        return name;
    }
}
