// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of one process, all on one thread, which may own what they talk about. Uses epoll where it can, else
 * NIO.
 */
public final class Transport implements Timer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(4 << 20, 8 << 20);
    private static final int PAGE_BYTES = 8192;
    private static final int PAGES_LOG = 10;

    /** Netty's own choice gives every body of more than 1 MiB fresh memory, whose first touch costs more than its copy. */
    private static final ByteBufAllocator BUFFERS =
            new PooledByteBufAllocator(true, 0, 1, PAGE_BYTES, PAGES_LOG, 0, 0, true);

    private final ConnectionSettings settings;
    private final EventLoopGroup group;
    private final ChannelGroup channels;
    private final Timer timer;
    private final @Nullable TlsContexts tls;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends Channel> socketChannel;

    /** @param name of the transport's thread */
    public Transport(ConnectionSettings settings, String name) {
        this(settings, name, null);
    }

    /** @param timer for retries of connections; null for this transport's own */
    public Transport(ConnectionSettings settings, String name, @Nullable Timer timer) {
        this(settings, name, timer, SocketIo.choose(), TlsContexts.of(settings.identity()));
    }

    /** @param tls what encrypts the connections; null for plain ones */
    Transport(ConnectionSettings settings, String name, @Nullable Timer timer, SocketIo io, @Nullable TlsContexts tls) {
        this.settings = settings;
        this.tls = tls;
        this.timer = timer == null ? this : timer;
        this.serverChannel = io.serverChannel();
        this.socketChannel = io.socketChannel();
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), io.handlers());
        this.channels = new DefaultChannelGroup(group.next(), true);
    }

    /**
     * Accepts connections on {@code address}; port 0 takes any free one.
     *
     * @return the port
     */
    public int listen(InetSocketAddress address, ConnectionListener listener) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(serverChannel)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, BUFFERS)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Supplier<ChannelBinding> binding = tls == null ? null : tls.accept(channel);
                        NettyConnection connection = new NettyConnection(channel, settings, listener, null);
                        install(channel, connection, binding, Refused.NOBODY);
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "Cannot listen: address=" + address + ", expected a free port of this host; use port 0",
                    bound.cause());
        }
        channels.add(bound.channel());
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    /**
     * Connects as {@code self}, again and again until {@code timeout} is over. {@code listener} hears of the
     * connection; {@code failed} is told why if there will be none.
     */
    public void connect(
            InetSocketAddress address,
            Peer self,
            Duration timeout,
            ConnectionListener listener,
            Consumer<String> failed) {
        new Connector(this, timer, address, timeout, failed).begin(self, listener);
    }

    /** Hears of a connection that ended before its handshake did. */
    @FunctionalInterface
    interface Refused {
        Refused NOBODY = (reason, certain) -> {};

        /** @param certain true if this end refused the other; else it may have been cut */
        void accept(String reason, boolean certain);
    }

    /** One attempt; {@code unreachable} or {@code refused} is told why it came to nothing. */
    void attempt(
            InetSocketAddress address,
            Peer self,
            ConnectionListener listener,
            Consumer<String> unreachable,
            Refused refused) {
        new Bootstrap()
                .group(group)
                .channel(socketChannel)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, BUFFERS)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Supplier<ChannelBinding> binding = tls == null ? null : tls.connect(channel);
                        install(channel, new NettyConnection(channel, settings, listener, self), binding, refused);
                    }
                })
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        unreachable.accept(String.valueOf(done.cause().getMessage()));
                    }
                });
    }

    /** @param binding of a channel that is encrypted: TLS stands before everything else in it; null for a plain one */
    private void install(
            Channel channel, NettyConnection connection, @Nullable Supplier<ChannelBinding> binding, Refused refused) {
        channels.add(channel);
        FrameDecoder decoder = new FrameDecoder(connection);
        // What is read from the socket of an encrypted channel are records, not frames.
        channel.config()
                .setRecvByteBufAllocator(
                        binding == null ? new FrameAllocator(decoder) : new AdaptiveRecvByteBufAllocator());
        channel.pipeline()
                .addLast(new FlushConsolidationHandler(
                        FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true))
                .addLast(decoder)
                .addLast(new ConnectionEvents(connection, binding, HANDSHAKE_TIMEOUT, refused));
    }

    /** Runs {@code action} on the transport's thread. */
    public void execute(Runnable action) {
        group.execute(action);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void after(Duration delay, Runnable action) {
        var unused = group.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Closes all connections; nothing more runs afterwards. */
    @Override
    public void close() {
        // TLS says goodbye, and handlers give back what they hold: a thread that just ends lets them do neither.
        channels.close().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
        try {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        } catch (RejectedExecutionException e) {
            LOG.debug("Transport was closed before", e);
        }
        if (tls != null) {
            tls.close();
        }
    }
}
