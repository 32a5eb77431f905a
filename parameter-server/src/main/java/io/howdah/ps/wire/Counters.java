// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts of a process; safe for concurrent use. */
public final class Counters {
    private final Map<Counter, LongAdder> adders = new EnumMap<>(Counter.class);

    public Counters() {
        for (Counter counter : Counter.values()) {
            adders.put(counter, new LongAdder());
        }
    }

    /** Adds {@code amount}. */
    public void add(Counter counter, long amount) {
        adder(counter).add(amount);
    }

    /** The count so far. */
    public long value(Counter counter) {
        return adder(counter).sum();
    }

    /** All counts by {@linkplain Counter#label label}. */
    public Map<String, Long> values() {
        Map<String, Long> values = new TreeMap<>();
        adders.forEach((counter, adder) -> values.put(counter.label(), adder.sum()));
        return values;
    }

    private LongAdder adder(Counter counter) {
        LongAdder adder = adders.get(counter);
        if (adder == null) {
            throw new AssertionError(counter);
        }
        return adder;
    }
}
