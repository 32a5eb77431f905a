// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Outcome;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Gauge;
import io.howdah.trainer.sync.Coordinator;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whom the deciding server tells of a slice: every server, in the one order, also those that connect later; and the workers that
 * reported it. On the transport's thread.
 */
final class SliceLedger {
    private final Counters counters;
    private final Map<Integer, Set<Connection>> reporters = new LinkedHashMap<>();
    private final List<Outcome> unheard = new ArrayList<>();
    private int missingServers;

    /** @param servers how many there are */
    SliceLedger(int servers, Counters counters) {
        this.missingServers = servers - 1;
        this.counters = counters;
    }

    /** Another server is there. */
    void opened(Connection server) {
        unheard.forEach(outcome -> server.send(FrameType.OUTCOME, outcome));
        missingServers--;
        if (missingServers <= 0) {
            unheard.clear();
        }
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
        if (missingServers > 0) {
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
