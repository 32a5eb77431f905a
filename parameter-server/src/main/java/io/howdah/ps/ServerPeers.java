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
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom a server is connected to. On the transport's thread. */
final class ServerPeers {
    private final Set<Connection> workers = new LinkedHashSet<>();
    private final Set<Connection> servers = new LinkedHashSet<>();
    private @Nullable Connection decider;
    private final ArrayDeque<ShardSquares> unsentSquares = new ArrayDeque<>();

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

    /** Forgets a connection; returns the server that it led to, for people, or null if that was a worker. */
    @Nullable
    String remove(Connection connection) {
        workers.remove(connection);
        if (isDecider(connection)) {
            decider = null;
            return "server 0";
        }
        return servers.remove(connection) ? String.valueOf(connection.peer()) : null;
    }

    /** Sends the shard's report to the server that decides, as soon as there is a connection. */
    void report(ShardSquares squares) {
        unsentSquares.add(squares);
        sendSquares();
    }

    private void sendSquares() {
        while (decider != null && !unsentSquares.isEmpty()) {
            decider.send(FrameType.SHARD_SQUARES, unsentSquares.remove());
        }
    }

    /** Tells servers, then workers, what was decided. */
    void tell(Outcome outcome) {
        send(FrameType.OUTCOME, outcome);
    }

    /** Tells servers alone. */
    void tellServers(Outcome outcome) {
        servers.forEach(server -> server.send(FrameType.OUTCOME, outcome));
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
