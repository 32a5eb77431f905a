// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a {@link NettyConnection} what happens to its channel. */
final class ConnectionEvents extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionEvents.class);
    private static final int LONGEST_REASON = 300;

    private final NettyConnection connection;
    private final @Nullable Supplier<ChannelBinding> binding;
    private final Duration handshakeTimeout;
    private final Transport.Refused refused;
    private boolean wasActive;
    private @Nullable String failure;

    /**
     * @param binding of the channel once TLS has shaken hands; null for a plain one
     * @param refused told why, if the connection ends before the handshake does
     */
    ConnectionEvents(
            NettyConnection connection,
            @Nullable Supplier<ChannelBinding> binding,
            Duration handshakeTimeout,
            Transport.Refused refused) {
        this.connection = connection;
        this.binding = binding;
        this.handshakeTimeout = handshakeTimeout;
        this.refused = refused;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        wasActive = true;
        if (binding == null) {
            connection.start(ChannelBinding.PLAIN);
        }
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
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (binding == null || !(event instanceof SslHandshakeCompletionEvent completion)) {
            context.fireUserEventTriggered(event);
        } else if (!completion.isSuccess()) {
            failTls(completion.cause());
        } else {
            try {
                connection.start(binding.get());
            } catch (ProtocolException e) {
                connection.refuse(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean open = connection.isOpen();
        connection.ended(failure);
        if (wasActive && !open) {
            refused.accept(failure == null ? connection.closeReason() : failure, connection.hasRefused());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.writabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof SSLException broken) {
            failTls(broken);
            return;
        }
        failure = cause instanceof IOException ? String.valueOf(cause.getMessage()) : cause.toString();
        if (!(cause instanceof IOException)) {
            LOG.error("Closing connection: address={}", connection.address(), cause);
        }
        var unused = context.close();
    }

    /** What came is no TLS, or not that of a process of this job. Netty may tell of one failure twice. */
    private void failTls(Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            failure = "the other end closed it during the TLS handshake";
        } else {
            connection.refuse("TLS: " + reason(cause));
        }
    }

    /** One line. Bytes that are no TLS are quoted in full by their exception: a stranger's are not for the log. */
    private static String reason(Throwable failure) {
        if (failure instanceof NotSslRecordException) {
            return "what came is no TLS";
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String line = String.valueOf(root.getMessage()).replaceAll("\\p{Cntrl}+", " ");
        return line.substring(0, Math.min(line.length(), LONGEST_REASON));
    }
}
