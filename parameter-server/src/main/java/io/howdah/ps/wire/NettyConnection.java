// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Challenge;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.proto.Hello;
import io.howdah.ps.proto.Welcome;
import io.howdah.trainer.sync.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection over a Netty channel, with its handshake. Memory for received bodies that nobody has released yet is
 * bounded: beyond the limit nothing more is read until some is released.
 */
final class NettyConnection implements Connection, FrameSink {
    private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);
    private static final int PROMPT_BYTES = 1 << 16;

    private enum State {
        AWAITING_CHALLENGE,
        AWAITING_HELLO,
        AWAITING_WELCOME,
        OPEN,
        CLOSED
    }

    private final Channel channel;
    private final ConnectionSettings settings;
    private final ConnectionListener listener;
    private final Handshake handshake;
    private final Admission admission;
    private final @Nullable Peer self;
    private State state;
    private @Nullable Peer peer;
    private @Nullable Challenge challenge;
    private String closeReason = "the other end closed it";
    private boolean refused;
    private long held;
    private long readPausedAt;
    private long writePausedAt;
    private boolean writePaused;
    private Counters.@Nullable Traffic traffic;

    /** @param self who this end is, if it made the connection; null if it accepted it */
    NettyConnection(Channel channel, ConnectionSettings settings, ConnectionListener listener, @Nullable Peer self) {
        this.channel = channel;
        this.settings = settings;
        this.listener = listener;
        this.handshake = new Handshake(settings.identity());
        this.admission = new Admission(settings);
        this.self = self;
        this.state = self == null ? State.AWAITING_HELLO : State.AWAITING_CHALLENGE;
    }

    @Override
    public @Nullable Peer peer() {
        return peer;
    }

    @Override
    public String address() {
        return String.valueOf(channel.remoteAddress());
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Begins the handshake, which holds in the channel that {@code binding} names. */
    void start(ChannelBinding binding) {
        handshake.bind(binding);
        if (state == State.AWAITING_HELLO) {
            send(FrameType.CHALLENGE, handshake.challenge());
        }
    }

    @Override
    public void send(FrameType type, MessageLite header) {
        write(type, header, Unpooled.EMPTY_BUFFER, () -> {});
    }

    @Override
    public void send(FrameType type, MessageLite header, Payload body) {
        write(type, header, Unpooled.wrappedBuffer(body.bytes()), body::release);
    }

    @Override
    public void send(FrameType type, MessageLite header, int bodyBytes, Consumer<ByteBuffer> fill) {
        ByteBuf body = channel.alloc().directBuffer(bodyBytes, bodyBytes);
        fill.accept(body.nioBuffer(0, bodyBytes));
        write(type, header, body.writerIndex(bodyBytes), () -> {});
    }

    private void write(FrameType type, MessageLite header, ByteBuf body, Runnable written) {
        ByteBuf head = FrameEncoder.head(
                channel.alloc(), type, header, body, settings.identity().generation());
        long bytes = head.readableBytes() + (long) body.readableBytes();
        settings.counters().add(Counter.BYTES_SENT, bytes);
        if (traffic != null) {
            traffic.send(bytes);
        }
        var unused = channel.write(head, channel.voidPromise());
        int length = body.readableBytes();
        ChannelFuture sent = channel.write(body);
        if (length < PROMPT_BYTES) {
            channel.flush();
        } else {
            flushPast();
        }
        sent.addListener(done -> written.run());
    }

    /** Large bodies leave at once, so that the other end works on one while the next is made; small ones go together. */
    private void flushPast() {
        ChannelHandlerContext consolidation = channel.pipeline().context(FlushConsolidationHandler.class);
        if (consolidation != null) {
            consolidation.flush();
        }
    }

    @Override
    public void close(String reason) {
        if (state != State.CLOSED) {
            closeReason = reason;
            var unused = channel.close();
        }
    }

    @Override
    public void fail(String reason) {
        if (state == State.OPEN) {
            send(FrameType.FAILURE, Failure.newBuilder().setReason(reason).build());
            refuse(reason);
        }
    }

    @Override
    public void admit(FrameType type, FramePrefix prefix) {
        admission.admit(type, prefix.headerLength(), prefix.bodyLength(), prefix.generation());
        if (traffic != null) {
            traffic.receive(FramePrefix.BYTES + (long) prefix.headerLength() + prefix.bodyLength());
        }
    }

    @Override
    public @Nullable ByteBuffer destination(FrameType type, MessageLite header, int bodyLength) {
        try {
            return listener.destination(this, type, header, bodyLength);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void accept(ReceivedFrame frame) {
        switch (state) {
            case AWAITING_HELLO -> welcome(frame);
            case AWAITING_CHALLENGE -> hello(frame);
            case AWAITING_WELCOME -> open(frame);
            case OPEN -> {
                try {
                    listener.received(this, frame);
                } catch (IllegalArgumentException e) {
                    fail(String.valueOf(e.getMessage()));
                }
            }
            case CLOSED -> frame.body().release();
        }
    }

    private void welcome(ReceivedFrame frame) {
        expect(FrameType.HELLO, frame);
        Hello hello = frame.header(Hello.class);
        Peer verified = handshake.verify(hello);
        peer = verified;
        send(FrameType.WELCOME, handshake.welcome(hello, verified));
        opened();
    }

    private void hello(ReceivedFrame frame) {
        expect(FrameType.CHALLENGE, frame);
        Challenge received = frame.header(Challenge.class);
        challenge = received;
        state = State.AWAITING_WELCOME;
        send(FrameType.HELLO, handshake.hello(received, self()));
    }

    private void open(ReceivedFrame frame) {
        expect(FrameType.WELCOME, frame);
        if (challenge != null) {
            handshake.verify(frame.header(Welcome.class), challenge, self());
        }
        opened();
    }

    private void opened() {
        state = State.OPEN;
        admission.opened();
        traffic = settings.counters().peer(peer == null ? address() : peer.toString());
        listener.opened(this);
    }

    private Peer self() {
        if (self == null) {
            throw new ProtocolException("this end made no connection");
        }
        return self;
    }

    private void expect(FrameType type, ReceivedFrame frame) {
        if (frame.type() != type) {
            throw new ProtocolException("type=" + frame.type() + " while " + state + ", expected " + type);
        }
    }

    @Override
    public void taken(int bytes) {
        held += bytes;
        settings.counters().change(Gauge.HELD_BYTES, bytes);
        if (held > settings.heldLimit() && channel.config().isAutoRead()) {
            channel.config().setAutoRead(false);
            settings.counters().add(Counter.READ_PAUSES, 1);
            readPausedAt = settings.counters().nanoTime();
        }
    }

    @Override
    public void released(int bytes) {
        held -= bytes;
        settings.counters().change(Gauge.HELD_BYTES, -bytes);
        if (held <= settings.heldLimit() / 2 && !channel.config().isAutoRead() && state != State.CLOSED) {
            channel.config().setAutoRead(true);
            settings.counters()
                    .add(Counter.READ_PAUSE_NANOS, settings.counters().nanoTime() - readPausedAt);
        }
    }

    @Override
    public void refuse(String reason) {
        if (state != State.CLOSED && !refused) {
            refused = true;
            settings.counters().add(Counter.REFUSED, 1);
            LOG.warn("Refused connection: address={} peer={} {}", address(), peer, reason);
            close(reason);
        }
    }

    void writabilityChanged() {
        Counters counters = settings.counters();
        if (!channel.isWritable() && !writePaused) {
            counters.add(Counter.WRITE_PAUSES, 1);
            writePausedAt = counters.nanoTime();
        } else if (channel.isWritable() && writePaused) {
            counters.add(Counter.WRITE_PAUSE_NANOS, counters.nanoTime() - writePausedAt);
        }
        writePaused = !channel.isWritable();
        if (state == State.OPEN && channel.isWritable()) {
            listener.writable(this);
        }
    }

    /** The channel is gone, whoever closed it. */
    void ended(@Nullable String reason) {
        State before = state;
        state = State.CLOSED;
        if (before == State.OPEN) {
            listener.closed(this, reason == null ? closeReason : reason);
        }
    }

    /** Whether this end would not have the other. */
    boolean hasRefused() {
        return refused;
    }

    String closeReason() {
        return closeReason;
    }
}
