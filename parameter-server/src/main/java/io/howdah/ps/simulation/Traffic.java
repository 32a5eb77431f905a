// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Role;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** Frames and bytes of everything that was sent. */
final class Traffic {
    /** Who sends what to whom. */
    record Flow(Role from, Role to, FrameType type) implements Comparable<Flow> {
        private static final Comparator<Flow> ORDER =
                Comparator.comparing(Flow::from).thenComparing(Flow::to).thenComparing(Flow::type);

        @Override
        public int compareTo(Flow other) {
            return ORDER.compare(this, other);
        }
    }

    /** How much. */
    record Amount(long frames, long bytes) {
        Amount plus(long moreBytes) {
            return new Amount(frames + 1, bytes + moreBytes);
        }
    }

    private static final Amount NOTHING = new Amount(0, 0);

    private final Map<Flow, Amount> amounts = new TreeMap<>();

    void add(Flow flow, long bytes) {
        amounts.merge(flow, NOTHING.plus(bytes), (before, one) -> before.plus(bytes));
    }

    Amount of(Role from, Role to, FrameType type) {
        return amounts.getOrDefault(new Flow(from, to, type), NOTHING);
    }

    Map<Flow, Amount> all() {
        return Map.copyOf(amounts);
    }
}
