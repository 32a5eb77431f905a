// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Every pair of processes has a pace of its own, and every message takes an exponentially distributed time at it. */
final class RandomDelays implements LinkModel {
    private static final double SLOWEST = 4;

    private final VirtualClock clock;
    private final SplittableRandom random;
    private final long meanNanos;
    private final Map<Pair, Double> paces = new HashMap<>();

    private record Pair(SimulatedProcess from, SimulatedProcess to) {}

    /** @param meanNanos mean at the pace 1; paces are spread evenly up to {@link #SLOWEST} */
    RandomDelays(VirtualClock clock, SplittableRandom random, long meanNanos) {
        this.clock = clock;
        this.random = random;
        this.meanNanos = meanNanos;
    }

    @Override
    public long arrival(SimulatedProcess from, SimulatedProcess to, long bytes) {
        double pace = paces.computeIfAbsent(new Pair(from, to), pair -> random.nextDouble() * SLOWEST);
        return clock.nanoTime() + (long) (meanNanos * pace * -StrictMath.log(1 - random.nextDouble()));
    }
}
