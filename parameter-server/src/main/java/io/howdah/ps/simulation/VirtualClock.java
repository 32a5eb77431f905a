// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.wire.Timer;
import java.time.Duration;
import java.util.PriorityQueue;

/** Time that passes from event to event. Events of one moment happen in the order in which they were planned. */
final class VirtualClock implements Timer {
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long planned;

    private record Event(long time, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int order = Long.compare(time, other.time);
            return order == 0 ? Long.compare(sequence, other.sequence) : order;
        }
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void after(Duration delay, Runnable action) {
        after(delay.toNanos(), action);
    }

    /** Plans {@code action} for {@code nanos} from now. */
    void after(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    /** Plans {@code action} for {@code time}, which is not before now. */
    void at(long time, Runnable action) {
        events.add(new Event(Math.max(now, time), planned++, action));
    }

    /** Goes on to the next event and lets it happen; returns false if there is none. */
    boolean advance() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.time;
        event.action.run();
        return true;
    }

    /** Events that were planned so far. */
    long planned() {
        return planned;
    }
}
