// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.ShardSquares;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.SliceTurn;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom a server is connected to. On the transport's thread. */
final class ServerPeers {
    private final Set<Connection> workers = new LinkedHashSet<>();
    private final Set<Connection> servers = new LinkedHashSet<>();
    private @Nullable Connection decider;
    private final List<ShardSquares> unanswered = new ArrayList<>();

    /** Takes in a connection; one that this server made leads to the server that decides. */
    void add(Connection connection) {
        Peer peer = connection.peer();
        if (peer == null) {
            decider = connection;
            sendSquares();
        } else if (peer.role() == Role.WORKER) {
            workers.add(connection);
        } else {
            servers.add(connection);
        }
    }

    boolean isWorker(Connection connection) {
        return workers.contains(connection);
    }

    boolean isDecider(Connection connection) {
        return connection.equals(decider);
    }

    /** Forgets a connection; returns the server that it came from, for people, or null if it came from none. */
    @Nullable
    String remove(Connection connection) {
        workers.remove(connection);
        if (isDecider(connection)) {
            decider = null;
            return null;
        }
        return servers.remove(connection) ? String.valueOf(connection.peer()) : null;
    }

    /**
     * Sends the shard's report to the server that decides, and to whoever else decides before the next report; one of a slice
     * until it is {@link #decided}.
     */
    void report(ShardSquares squares) {
        if (!squares.hasSlice()) {
            unanswered.clear();
        }
        unanswered.add(squares);
        if (decider != null) {
            decider.send(FrameType.SHARD_SQUARES, squares);
        }
    }

    private void sendSquares() {
        for (ShardSquares squares : unanswered) {
            if (decider != null) {
                decider.send(FrameType.SHARD_SQUARES, squares);
            }
        }
    }

    /** A slice is decided. */
    void decided(SliceTurn turn, long step) {
        unanswered.removeIf(squares -> squares.hasSlice()
                && squares.getSlice().getLogicalWorker() == turn.logicalWorker()
                && squares.getStep() <= step);
    }

    /** Tells servers alone. */
    void tellServers(Outcome outcome) {
        servers.forEach(server -> server.send(FrameType.OUTCOME, outcome));
    }

    /** Whether there is a connection from the server of this name. */
    boolean isThere(String server) {
        return servers.stream().anyMatch(connection -> server.equals(String.valueOf(connection.peer())));
    }

    /** Tells servers, then workers, what was decided. */
    void tell(Outcome outcome) {
        send(FrameType.OUTCOME, outcome);
    }

    /** Tells everyone that the job cannot go on. */
    void tell(Failure failure) {
        send(FrameType.FAILURE, failure);
        if (decider != null) {
            decider.send(FrameType.FAILURE, failure);
        }
    }

    private void send(FrameType type, MessageLite message) {
        servers.forEach(server -> server.send(type, message));
        workers.forEach(worker -> worker.send(type, message));
    }
}
