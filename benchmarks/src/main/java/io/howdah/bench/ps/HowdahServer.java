// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Initialised;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.ps.wire.Transport;
import io.howdah.trainer.sync.Payload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The product's transport with a server that only adds and answers. */
final class HowdahServer implements ConnectionListener, AutoCloseable {
    private final Transport transport;
    private final ByteBuffer weights = ByteBuffer.allocateDirect(PsCommand.LARGEST);
    private final Accumulator accumulator = new Accumulator();

    HowdahServer(Transport transport) {
        this.transport = transport;
    }

    int start() throws IOException {
        return transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), this);
    }

    @Override
    public void opened(Connection connection) {
        // It asks when it wants something.
    }

    @Override
    public @Nullable ByteBuffer destination(Connection connection, FrameType type, MessageLite header, int bodyLength) {
        return null;
    }

    @Override
    public void received(Connection connection, ReceivedFrame frame) {
        if (frame.type() == FrameType.GRADIENT) {
            accumulator.add(frame.body().bytes());
            frame.body().release();
            connection.send(FrameType.INITIALISED, Initialised.getDefaultInstance());
            return;
        }
        frame.body().release();
        int bytes = Math.toIntExact(frame.header(Pull.class).getTo());
        connection.send(FrameType.PULLED, Pulled.getDefaultInstance(), new Lent(weights, bytes));
    }

    /** The beginning of a buffer that nobody writes to. */
    record Lent(ByteBuffer buffer, int length) implements Payload {
        @Override
        public ByteBuffer bytes() {
            return buffer.duplicate().clear().limit(length);
        }

        @Override
        public void release() {
            // It stays.
        }
    }

    @Override
    public void writable(Connection connection) {
        // The client's window bounds what waits.
    }

    @Override
    public void closed(Connection connection, String reason) {
        // The next measurement has a connection of its own.
    }

    @Override
    public void close() {
        transport.close();
    }
}
