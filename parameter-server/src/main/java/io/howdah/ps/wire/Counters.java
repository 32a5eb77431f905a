// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Counts and present values of a process; safe for concurrent use. */
public final class Counters {
    private final Map<Counter, LongAdder> adders = new EnumMap<>(Counter.class);
    private final Map<Gauge, AtomicLong> gauges = new EnumMap<>(Gauge.class);
    private final Map<String, Traffic> peers = new ConcurrentSkipListMap<>();
    private final LongSupplier nanoClock;

    public Counters() {
        this(System::nanoTime);
    }

    /** @param nanoClock what durations are measured with */
    public Counters(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        for (Counter counter : Counter.values()) {
            adders.put(counter, new LongAdder());
        }
        for (Gauge gauge : Gauge.values()) {
            gauges.put(gauge, new AtomicLong());
        }
    }

    /** Bytes to and from one peer, over all connections with it. */
    public static final class Traffic {
        private final LongAdder received = new LongAdder();
        private final LongAdder sent = new LongAdder();

        void receive(long bytes) {
            received.add(bytes);
        }

        void send(long bytes) {
            sent.add(bytes);
        }

        public long received() {
            return received.sum();
        }

        public long sent() {
            return sent.sum();
        }
    }

    /** Adds {@code amount}. */
    public void add(Counter counter, long amount) {
        present(adders.get(counter)).add(amount);
    }

    /** The count so far. */
    public long value(Counter counter) {
        return present(adders.get(counter)).sum();
    }

    /** Sets a present value. */
    public void set(Gauge gauge, long value) {
        present(gauges.get(gauge)).set(value);
    }

    /** Changes a present value by {@code amount}. */
    public void change(Gauge gauge, long amount) {
        present(gauges.get(gauge)).addAndGet(amount);
    }

    /** The present value. */
    public long value(Gauge gauge) {
        return present(gauges.get(gauge)).get();
    }

    /** The time that durations are measured with, in nanoseconds from anywhere. */
    public long nanoTime() {
        return nanoClock.getAsLong();
    }

    /** Traffic with the peer of that name; made when it is first asked for. */
    public Traffic peer(String name) {
        return peers.computeIfAbsent(name, absent -> new Traffic());
    }

    /** Traffic by peer: worker or server with its number, where this process made the connection the address. */
    public Map<String, Traffic> peers() {
        return Map.copyOf(peers);
    }

    /** All counts by {@linkplain Counter#label label}. */
    public Map<String, Long> values() {
        Map<String, Long> values = new TreeMap<>();
        adders.forEach((counter, adder) -> values.put(counter.label(), adder.sum()));
        return values;
    }

    /** All present values by {@linkplain Gauge#label label}. */
    public Map<String, Long> gauges() {
        Map<String, Long> values = new TreeMap<>();
        gauges.forEach((gauge, value) -> values.put(gauge.label(), value.get()));
        return values;
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("every constant has a place");
        }
        return value;
    }
}
