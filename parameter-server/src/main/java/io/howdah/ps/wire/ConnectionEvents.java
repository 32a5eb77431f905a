// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a {@link NettyConnection} what happens to its channel. */
final class ConnectionEvents extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEvents.class);

    private final NettyConnection connection;
    private final Duration handshakeTimeout;
    private final Consumer<String> refused;
    private boolean wasActive;
    private @Nullable String failure;

    /** @param refused told why, if the connection ends before the handshake does */
    ConnectionEvents(NettyConnection connection, Duration handshakeTimeout, Consumer<String> refused) {
        this.connection = connection;
        this.handshakeTimeout = handshakeTimeout;
        this.refused = refused;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        wasActive = true;
        connection.start();
        var unused = context.executor()
                .schedule(
                        () -> {
                            if (!connection.isOpen() && context.channel().isActive()) {
                                connection.refuse("no handshake within " + handshakeTimeout.toSeconds() + " s");
                            }
                        },
                        handshakeTimeout.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean open = connection.isOpen();
        connection.ended(failure);
        if (wasActive && !open) {
            refused.accept(failure == null ? connection.closeReason() : failure);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.writabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failure = cause instanceof IOException ? String.valueOf(cause.getMessage()) : cause.toString();
        if (!(cause instanceof IOException)) {
            LOG.error("Closing connection: address={}", connection.address(), cause);
        }
        var unused = context.close();
    }
}
