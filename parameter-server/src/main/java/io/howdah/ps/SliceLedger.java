// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Outcome;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Gauge;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.Coordinator;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncKeys;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Whom the deciding server tells of a slice: every server, in the one order, and again when it connects again; and the workers
 * that reported it. On the transport's thread.
 */
final class SliceLedger {
    private final Counters counters;
    private final Map<Integer, Set<Connection>> reporters = new LinkedHashMap<>();
    private final ArrayDeque<Outcome> unheard = new ArrayDeque<>();
    private final long[] applied;

    /** @param servers how many there are */
    SliceLedger(int servers, Counters counters) {
        this.counters = counters;
        this.applied = new long[servers];
        applied[0] = Long.MAX_VALUE; // this one
    }

    /** Another server is there, perhaps again: it is told all that it may not have heard. */
    void opened(Connection server) {
        unheard.forEach(outcome -> server.send(FrameType.OUTCOME, outcome));
    }

    /**
     * Server {@code server} has applied {@code count} slices, or more.
     *
     * @param reports whether a server tells such numbers
     */
    void applied(int server, long count, IntPredicate reports) {
        applied[server] = Math.max(applied[server], count);
        long all = IntStream.range(0, applied.length)
                .filter(reports)
                .mapToLong(other -> applied[other])
                .min()
                .orElse(0);
        while (!unheard.isEmpty() && unheard.element().getSequence() < all) {
            unheard.remove();
        }
    }

    /** Why a shard that is moved by slices cannot be kept twice. */
    static IllegalArgumentException notReplicated(Consistency consistency) {
        return new IllegalArgumentException("Cannot replicate shards: " + SyncKeys.MODE.name() + "=" + consistency
                + ", expected sync; a backup repeats whole steps");
    }

    /** {@code connection} waits for what becomes of {@code report}. */
    void await(Connection connection, StepReport report) {
        reporters
                .computeIfAbsent(report.logicalWorker(), absent -> new LinkedHashSet<>())
                .add(connection);
    }

    /** Tells of a decided slice. */
    void tell(StepOutcome outcome, SliceTurn turn, ServerPeers peers) {
        Outcome message = Messages.outcome(outcome);
        if (applied.length > 1) {
            unheard.add(message);
        }
        peers.tellServers(message);
        Set<Connection> waiting = reporters.remove(turn.logicalWorker());
        if (waiting != null) {
            waiting.forEach(worker -> worker.send(FrameType.OUTCOME, message));
        }
    }

    /** Counts how far ahead of the slowest logical worker the one of a decided slice was. */
    void count(StepOutcome outcome, Coordinator coordinator) {
        long ahead = Math.max(0, outcome.step() - coordinator.slowest());
        counters.add(bucket(ahead), 1);
        counters.set(Gauge.STALENESS, coordinator.fastest() - coordinator.slowest());
    }

    private static Counter bucket(long ahead) {
        if (ahead <= 1) {
            return ahead == 0 ? Counter.SLICES_LEVEL : Counter.SLICES_AHEAD_BY_1;
        }
        if (ahead <= 3) {
            return Counter.SLICES_AHEAD_BY_2_TO_3;
        }
        return ahead <= 7 ? Counter.SLICES_AHEAD_BY_4_TO_7 : Counter.SLICES_AHEAD_BY_8_OR_MORE;
    }

    /** Forgets a connection. */
    void closed(Connection connection) {
        reporters.values().forEach(waiting -> waiting.remove(connection));
    }
}
