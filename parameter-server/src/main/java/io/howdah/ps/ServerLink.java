// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.Payload;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has open with one server. Outlives broken connections: gradients are kept until the server says that it
 * has them. On the transport's thread.
 */
final class ServerLink {
    private final ClientSession session;
    private final int server;
    private final Map<MessageLite, Unconfirmed> unconfirmed = new LinkedHashMap<>();
    private InetSocketAddress address;
    private @Nullable Attempt current;
    private @Nullable Connection connection;
    private boolean keeping;
    private int losses;

    ServerLink(ClientSession session, int server, InetSocketAddress address) {
        this.session = session;
        this.server = server;
        this.address = address;
    }

    /** Where the server is. */
    InetSocketAddress address() {
        return address;
    }

    /** Keeps gradients until their step is decided from now on, since the server may be replaced by another until then. */
    void keepUntilDecided() {
        keeping = true;
    }

    /** The server's part is played by another one from now on, which has none of what this link holds. */
    void moveTo(InetSocketAddress newAddress) {
        address = newAddress;
        losses = 0;
        unconfirmed.values().forEach(gradient -> gradient.echoed = false);
        Connection before = connection;
        current = null;
        connection = null;
        if (before != null) {
            before.close("the shard is elsewhere now");
        }
    }

    /** Listens to the next connection; earlier ones count no longer. */
    Attempt attempt() {
        Attempt attempt = new Attempt();
        current = attempt;
        return attempt;
    }

    int server() {
        return server;
    }

    /** Connections that broke since a step was decided. */
    int losses() {
        return losses;
    }

    /** Sends a request, if there is a connection; else the session sends it again when there is one. */
    void send(FrameType type, MessageLite header) {
        if (connection != null) {
            connection.send(type, header);
        }
    }

    /** As {@link #send(FrameType, MessageLite)} with a body. */
    void send(FrameType type, MessageLite header, int bodyBytes, Consumer<ByteBuffer> fill) {
        if (connection != null) {
            connection.send(type, header, bodyBytes, fill);
        }
    }

    /** As {@link #send(FrameType, MessageLite)} with a body, which is released in any case. */
    void send(FrameType type, MessageLite header, Payload body) {
        if (connection != null) {
            connection.send(type, header, body);
        } else {
            body.release();
        }
    }

    /** A gradient, of a chunk or of rows. */
    private static final class Unconfirmed {
        private final FrameType type;
        private final long step;
        private final Payload payload;
        private boolean echoed;

        Unconfirmed(FrameType type, long step, Payload payload) {
            this.type = type;
            this.step = step;
            this.payload = payload;
        }
    }

    /** Sends a gradient of step {@code step}, on as many connections as it takes. */
    void gradient(FrameType type, long step, MessageLite header, Payload payload) {
        unconfirmed.put(header, new Unconfirmed(type, step, payload));
        send(type, header, new Lent(payload));
    }

    /** Sends again what may have been lost with the last connection. */
    void sendUnconfirmed() {
        unconfirmed.forEach((header, gradient) -> {
            if (!gradient.echoed) {
                send(gradient.type, header, new Lent(gradient.payload));
            }
        });
    }

    /** The server has the gradient that it echoes. */
    void confirmed(MessageLite header) {
        if (keeping) {
            Unconfirmed gradient = unconfirmed.get(header);
            if (gradient != null) {
                gradient.echoed = true;
            }
            return;
        }
        Unconfirmed gradient = unconfirmed.remove(header);
        if (gradient != null) {
            gradient.payload.release();
        }
    }

    /** Step {@code step} is decided: nobody will ask for its gradients again. */
    void decided(long step) {
        losses = 0;
        if (keeping) {
            for (Map.Entry<MessageLite, Unconfirmed> entry : List.copyOf(unconfirmed.entrySet())) {
                if (entry.getValue().step <= step) {
                    unconfirmed.remove(entry.getKey());
                    entry.getValue().payload.release();
                }
            }
        }
    }

    /** What becomes of one try to reach the server. */
    final class Attempt implements ClientSession.Attempt {
        private boolean isCurrent() {
            return this == current;
        }

        @Override
        public void failed(String reason) {
            if (isCurrent()) {
                session.unreachable(ServerLink.this, reason);
            }
        }

        @Override
        public void opened(Connection opened) {
            if (!isCurrent()) {
                opened.close("the shard is elsewhere now");
                return;
            }
            connection = opened;
            session.resume(ServerLink.this);
        }

        @Override
        public @Nullable ByteBuffer destination(Connection from, FrameType type, MessageLite header, int bodyLength) {
            return isCurrent() ? session.destination(type, header, bodyLength) : null;
        }

        @Override
        public void received(Connection from, ReceivedFrame frame) {
            if (isCurrent() && frame.type() == FrameType.PULLED_ROWS) {
                session.receivedRows(frame);
                return;
            }
            frame.body().release(); // weights went to their tensor directly
            if (isCurrent()) {
                session.received(ServerLink.this, frame);
            }
        }

        @Override
        public void writable(Connection to) {
            // Gradients wait in the memory of their tensors; nothing is produced here.
        }

        @Override
        public void closed(Connection gone, String reason) {
            if (isCurrent()) {
                connection = null;
                losses++;
                session.lost(ServerLink.this, reason);
            }
        }
    }

    /** A payload that stays with the link when it is sent. */
    private record Lent(Payload payload) implements Payload {
        @Override
        public ByteBuffer bytes() {
            return payload.bytes();
        }

        @Override
        public void release() {
            // released when the server has confirmed it
        }
    }
}
