// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.NextStep;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.Counters;
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

/** What the server that decides does with reports: it decides, of steps or of slices, and tells everyone. */
final class Decisions {
    private final ServerSession session;
    private final ServerPlace place;
    private final ServerPeers peers;
    private final SliceLedger slices;

    Decisions(ServerSession session, ServerPlace place, ServerPeers peers, Counters counters) {
        this.session = session;
        this.place = place;
        this.peers = peers;
        this.slices = new SliceLedger(place.servers(), counters);
    }

    /** Tells a server that has connected what it may not have heard. */
    void tell(Connection connection, @Nullable StepOutcome last) {
        Peer peer = connection.peer();
        if (peer == null || peer.role() != Role.SERVER) {
            return;
        }
        slices.opened(connection);
        if (last != null && last.slice() == null) {
            connection.send(FrameType.OUTCOME, Messages.outcome(last));
        }
    }

    /** The shard of this server has all gradients, of a step or of a slice. */
    void report(ShardReport report) {
        if (place.decides()) {
            decide(() -> session.model().coordinator().report(0, report));
        } else {
            peers.report(Messages.squares(report));
        }
    }

    void squares(Connection connection, ShardReport report) {
        Peer peer = connection.peer();
        if (!place.decides() || peer == null || peer.role() != Role.SERVER || peer.index() >= place.servers()) {
            throw ServerSession.unexpected(FrameType.SHARD_SQUARES);
        }
        // Another server may have its model before this one's first worker has come.
        session.whenPublished(
                0, connection, () -> decide(() -> session.model().coordinator().report(peer.index(), report)));
    }

    void report(Connection connection, StepReport report) {
        if (!place.decides()) {
            throw ServerSession.unexpected(FrameType.WORKER_REPORT);
        }
        session.whenTurn(report.logicalWorker(), report.step(), connection, () -> {
            Coordinator coordinator = session.model().coordinator();
            StepOutcome decided = coordinator.answer(report);
            if (decided != null) {
                connection.send(FrameType.OUTCOME, Messages.outcome(decided));
            } else {
                slices.await(connection, report);
                decide(() -> coordinator.report(report));
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

    private void decide(Supplier<@Nullable StepOutcome> decision) {
        try {
            Coordinator coordinator = session.model().coordinator();
            for (StepOutcome outcome = decision.get(); outcome != null; outcome = coordinator.next()) {
                SliceTurn turn = outcome.slice();
                if (turn == null) {
                    peers.tell(Messages.outcome(outcome));
                } else {
                    slices.tell(outcome, turn, peers);
                    slices.count(outcome, coordinator);
                }
                session.end(outcome);
            }
        } catch (IllegalStateException e) {
            session.fail(String.valueOf(e.getMessage()));
        }
    }

    /** Forgets a connection. */
    void closed(Connection connection) {
        slices.closed(connection);
    }
}
