// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepCoordinator;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the server that decides does with reports: it decides, keeps what it decided, and tells everyone. */
final class Decisions {
    private final ServerSession session;
    private final ServerPlace place;
    private final ServerPeers peers;
    private final DecisionLog log = new DecisionLog();

    Decisions(ServerSession session, ServerPlace place, ServerPeers peers) {
        this.session = session;
        this.place = place;
        this.peers = peers;
    }

    /** What was decided last. */
    DecisionLog log() {
        return log;
    }

    /** Tells a server that has connected what it may not have heard. */
    void tell(Connection connection) {
        Peer peer = connection.peer();
        if (place.decides() && peer != null && peer.role() == Role.SERVER) {
            for (StepOutcome outcome : log.all()) {
                session.replicas()
                        .whenRecorded(outcome, () -> connection.send(FrameType.OUTCOME, Messages.outcome(outcome)));
            }
        }
    }

    /** The shard of this server has all gradients. */
    void report(ShardReport report) {
        if (place.decides()) {
            decide(() -> session.model().coordinator().report(0, report));
        } else {
            peers.report(Messages.squares(report));
        }
    }

    void squares(Connection connection, ShardReport report) {
        Peer peer = connection.peer();
        int shard = peer == null ? -1 : session.replicas().shardOf(connection, peer.index());
        if (!place.decides() || peer == null || peer.role() != Role.SERVER || shard < 0 || shard >= place.servers()) {
            throw ServerSession.unexpected(FrameType.SHARD_SQUARES);
        }
        // Another server may have its model before this one's first worker has come.
        session.whenPublished(
                0, connection, () -> decide(() -> session.model().coordinator().report(shard, report)));
    }

    void report(Connection connection, StepReport report) {
        if (!place.decides()) {
            throw ServerSession.unexpected(FrameType.WORKER_REPORT);
        }
        session.whenPublished(report.step(), connection, () -> {
            StepCoordinator coordinator = session.model().coordinator();
            StepOutcome last = log.last();
            if (last != null && report.step() == last.step()) {
                session.replicas().whenRecorded(last, () -> connection.send(FrameType.OUTCOME, Messages.outcome(last)));
            } else if (report.step() < coordinator.step()) {
                throw new IllegalArgumentException("Cannot finish step: step=" + report.step() + ", expected "
                        + coordinator.step() + "; go on from the version that initialise() returns");
            } else {
                decide(() -> coordinator.report(report));
            }
        });
    }

    void decide(Supplier<@Nullable StepOutcome> decision) {
        StepOutcome outcome;
        try {
            outcome = decision.get();
        } catch (IllegalStateException e) {
            session.fail(String.valueOf(e.getMessage()));
            return;
        }
        if (outcome != null) {
            log.add(outcome);
            session.replicas().decided(outcome);
            session.replicas().whenRecorded(outcome, () -> {
                peers.tell(Messages.outcome(outcome));
                session.end(outcome);
            });
        }
    }
}
