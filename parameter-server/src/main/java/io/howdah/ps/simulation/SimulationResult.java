// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.wire.Counter;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of a simulation. Two runs of one seed give equal results.
 *
 * @param problem what is wrong, or null if weights and decisions had the bits of the serial run throughout
 * @param nanos virtual time that it took
 * @param events that happened
 * @param generations of processes that it took
 * @param faults the kinds of faults that happened
 * @param traffic all that was sent on open connections
 * @param counters of all processes together
 */
record SimulationResult(
        @Nullable String problem,
        long nanos,
        long events,
        long generations,
        Set<Faults.Kind> faults,
        Map<Traffic.Flow, Traffic.Amount> traffic,
        Map<String, Long> counters) {
    long counter(Counter counter) {
        return counters.getOrDefault(counter.label(), 0L);
    }
}
