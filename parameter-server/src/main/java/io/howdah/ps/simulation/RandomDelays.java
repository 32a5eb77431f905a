// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import java.util.SplittableRandom;

/** Every direction of a connection has a pace of its own, and every message takes an exponentially distributed time at it. */
final class RandomDelays implements LinkModel {
    private static final double SLOWEST = 4;

    private final VirtualClock clock;
    private final SplittableRandom random;
    private final long meanNanos;

    /** @param meanNanos mean at the pace 1; paces are spread evenly up to {@link #SLOWEST} */
    RandomDelays(VirtualClock clock, SplittableRandom random, long meanNanos) {
        this.clock = clock;
        this.random = random;
        this.meanNanos = meanNanos;
    }

    @Override
    public Lane lane(SimulatedProcess from, SimulatedProcess to) {
        return new RandomLane(random.nextDouble() * SLOWEST);
    }

    private final class RandomLane implements Lane {
        private final double pace;
        private long last;

        RandomLane(double pace) {
            this.pace = pace;
        }

        @Override
        public void carry(long bytes, Runnable arrived) {
            long delay = (long) (meanNanos * pace * -StrictMath.log(1 - random.nextDouble()));
            last = Math.max(last, clock.nanoTime() + delay);
            clock.at(last, arrived);
        }
    }
}
