// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.Payload;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has open with one server. Outlives broken connections: gradients are kept until the server says that it
 * has them. On the transport's thread.
 */
final class ServerLink implements ConnectionListener {
    private final ClientSession session;
    private final int server;
    private final Map<MessageLite, Unconfirmed> unconfirmed = new LinkedHashMap<>();
    private @Nullable Connection connection;
    private int losses;

    ServerLink(ClientSession session, int server) {
        this.session = session;
        this.server = server;
    }

    int server() {
        return server;
    }

    /** Connections that broke since {@link #steady}. */
    int losses() {
        return losses;
    }

    /** Things go on: what broke before no longer counts. */
    void steady() {
        losses = 0;
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
    private record Unconfirmed(FrameType type, Payload payload) {}

    /** Sends a gradient, on as many connections as it takes. */
    void gradient(FrameType type, MessageLite header, Payload payload) {
        unconfirmed.put(header, new Unconfirmed(type, payload));
        send(type, header, new Lent(payload));
    }

    /** Sends again what may have been lost with the last connection. */
    void sendUnconfirmed() {
        unconfirmed.forEach((header, gradient) -> send(gradient.type(), header, new Lent(gradient.payload())));
    }

    /** The server has the gradient that it echoes. */
    void confirmed(MessageLite header) {
        Unconfirmed gradient = unconfirmed.remove(header);
        if (gradient != null) {
            gradient.payload().release();
        }
    }

    @Override
    public void opened(Connection opened) {
        connection = opened;
        session.resume(this);
    }

    @Override
    public @Nullable ByteBuffer destination(Connection from, FrameType type, MessageLite header, int bodyLength) {
        return session.destination(type, header, bodyLength);
    }

    @Override
    public void received(Connection from, ReceivedFrame frame) {
        if (frame.type() == FrameType.PULLED_ROWS) {
            session.receivedRows(frame);
            return;
        }
        frame.body().release(); // weights went to their tensor directly
        session.received(this, frame);
    }

    @Override
    public void writable(Connection to) {
        // Gradients wait in the memory of their tensors; nothing is produced here.
    }

    @Override
    public void closed(Connection gone, String reason) {
        connection = null;
        losses++;
        session.lost(this, reason);
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
