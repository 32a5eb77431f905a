// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.NextStep;
import io.howdah.ps.proto.ShardSquares;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.Coordinator;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the server that decides does with reports: it decides, keeps what it decided, and tells everyone. */
final class Decisions {
    private final ServerSession session;
    private final ServerPlace place;
    private final ServerPeers peers;
    private final SliceLedger slices;
    private final DecisionLog log = new DecisionLog();

    Decisions(ServerSession session, ServerPlace place, ServerPeers peers, SliceLedger slices) {
        this.session = session;
        this.place = place;
        this.peers = peers;
        this.slices = slices;
    }

    /** What was decided last. */
    DecisionLog log() {
        return log;
    }

    /** Tells a server that has connected what it may not have heard. */
    void tell(Connection connection) {
        Peer peer = connection.peer();
        if (place.decides() && peer != null && peer.role() == Role.SERVER) {
            slices.opened(connection);
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
            ShardSquares message = Messages.squares(report);
            peers.report(
                    report.slice() == null
                            ? message
                            : message.toBuilder()
                                    .setApplied(session.model().shard().state())
                                    .build());
        }
    }

    void squares(Connection connection, ShardSquares message) {
        Peer peer = connection.peer();
        int shard = peer == null ? -1 : session.replicas().shardOf(connection, peer.index());
        if (!place.decides() || peer == null || peer.role() != Role.SERVER || shard < 0 || shard >= place.servers()) {
            throw ServerSession.unexpected(FrameType.SHARD_SQUARES);
        }
        // Another server may have its model before this one's first worker has come.
        session.whenPublished(0, connection, () -> {
            slices.applied(shard, message.getApplied(), session.model()::holdsAnything);
            decide(() -> session.model().coordinator().report(shard, Messages.squares(message)));
        });
    }

    void report(Connection connection, StepReport report) {
        if (!place.decides()) {
            throw ServerSession.unexpected(FrameType.WORKER_REPORT);
        }
        session.whenTurn(report.logicalWorker(), report.step(), connection, () -> {
            Coordinator coordinator = session.model().coordinator();
            StepOutcome last = log.last();
            StepOutcome decided = last != null && report.step() == last.step() ? last : coordinator.answer(report);
            if (decided == null) {
                slices.await(connection, report);
                decide(() -> coordinator.report(report));
            } else {
                session.replicas()
                        .whenRecorded(decided, () -> connection.send(FrameType.OUTCOME, Messages.outcome(decided)));
            }
        });
    }

    /** Tells where a logical worker goes on. */
    void nextStep(Connection connection, NextStep question) {
        if (!place.decides()) {
            throw ServerSession.unexpected(FrameType.NEXT_STEP);
        }
        session.whenPublished(0, connection, () -> {
            Coordinator coordinator = session.model().coordinator();
            connection.send(
                    FrameType.NEXT_STEP,
                    question.toBuilder()
                            .setStep(coordinator.nextStep(question.getLogicalWorker()))
                            .setSequence(coordinator.sequence())
                            .build());
        });
    }

    void decide(Supplier<@Nullable StepOutcome> decision) {
        try {
            Coordinator coordinator = session.model().coordinator();
            for (StepOutcome outcome = decision.get(); outcome != null; outcome = coordinator.next()) {
                SliceTurn turn = outcome.slice();
                if (turn == null) {
                    decided(outcome);
                } else {
                    slices.tell(outcome, turn, peers);
                    slices.count(outcome, coordinator);
                    session.end(outcome);
                }
            }
        } catch (IllegalStateException e) {
            session.fail(String.valueOf(e.getMessage()));
        }
    }

    private void decided(StepOutcome outcome) {
        log.add(outcome);
        session.replicas().decided(outcome);
        session.replicas().whenRecorded(outcome, () -> {
            peers.tell(Messages.outcome(outcome));
            session.end(outcome);
        });
    }

    /** Forgets a connection. */
    void closed(Connection connection) {
        slices.closed(connection);
    }
}
