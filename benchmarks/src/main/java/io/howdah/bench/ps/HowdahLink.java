// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ps;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.ps.wire.Role;
import io.howdah.ps.wire.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The product's transport; everything happens on its thread. */
final class HowdahLink implements Link, ConnectionListener {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Transport transport;
    private final ByteBuffer body = ByteBuffer.allocateDirect(PsCommand.LARGEST);
    private final CompletableFuture<Connection> connected = new CompletableFuture<>();
    private @Nullable Progress progress;

    HowdahLink(Transport transport, int port) {
        this.transport = transport;
        transport.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                new Peer(Role.WORKER, 0),
                TIMEOUT,
                this,
                reason -> connected.completeExceptionally(new IOException(reason)));
    }

    /** How far the exchanges are. */
    private static final class Progress {
        private final Exchanges exchanges;
        private final long[] times;
        private final CompletableFuture<long[]> done;
        private int sent;
        private int answered;

        Progress(Exchanges exchanges, CompletableFuture<long[]> done) {
            this.exchanges = exchanges;
            this.times = new long[exchanges.count()];
            this.done = done;
        }

        void send(Connection connection, ByteBuffer body) {
            while (sent < times.length && sent - answered < exchanges.window()) {
                times[sent++] = System.nanoTime();
                if (exchanges.act() == Act.PUSH) {
                    connection.send(
                            FrameType.GRADIENT,
                            Gradient.getDefaultInstance(),
                            new HowdahServer.Lent(body, exchanges.bytes()));
                } else {
                    connection.send(
                            FrameType.PULL,
                            Pull.newBuilder().setTo(exchanges.bytes()).build());
                }
            }
        }

        void answered(Connection connection, ByteBuffer body) {
            times[answered] = System.nanoTime() - times[answered];
            answered++;
            if (answered == times.length) {
                done.complete(times);
            } else {
                send(connection, body);
            }
        }
    }

    @Override
    public long[] run(Exchanges exchanges) throws IOException, InterruptedException {
        try {
            Connection connection = connected.get();
            CompletableFuture<long[]> done = new CompletableFuture<>();
            transport.execute(() -> {
                progress = new Progress(exchanges, done);
                progress.send(connection, body);
            });
            return done.get();
        } catch (ExecutionException e) {
            throw new IOException("Cannot measure: " + e.getMessage(), e);
        }
    }

    @Override
    public void opened(Connection connection) {
        connected.complete(connection);
    }

    @Override
    public @Nullable ByteBuffer destination(Connection connection, FrameType type, MessageLite header, int bodyLength) {
        return type == FrameType.PULLED ? body.duplicate().clear().limit(bodyLength) : null;
    }

    @Override
    public void received(Connection connection, ReceivedFrame frame) {
        frame.body().release();
        if (progress != null) {
            progress.answered(connection, body);
        }
    }

    @Override
    public void writable(Connection connection) {
        // The window bounds what waits.
    }

    @Override
    public void closed(Connection connection, String reason) {
        connected.completeExceptionally(new IOException(reason));
        if (progress != null) {
            progress.done.completeExceptionally(new IOException(reason));
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
