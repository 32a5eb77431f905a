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
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One authenticated connection. Used on the transport's thread only. Memory for received bodies that nobody has
 * released yet is bounded: beyond the limit nothing more is read until some is released.
 */
public final class Connection implements FrameSink {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** Enough for any header but a hostile one. */
    private static final int HEADER_LIMIT = 1 << 16;

    private static final int HANDSHAKE_HEADER_LIMIT = 1 << 10;

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
    private final @Nullable Peer self;
    private State state;
    private @Nullable Peer peer;
    private @Nullable Challenge challenge;
    private String closeReason = "the other end closed it";
    private boolean refused;
    private long held;

    /** @param self who this end is, if it made the connection; null if it accepted it */
    Connection(Channel channel, ConnectionSettings settings, ConnectionListener listener, @Nullable Peer self) {
        this.channel = channel;
        this.settings = settings;
        this.listener = listener;
        this.handshake = new Handshake(settings.identity());
        this.self = self;
        this.state = self == null ? State.AWAITING_HELLO : State.AWAITING_CHALLENGE;
    }

    /** Who is at the other end, as far as it said and proved; a connection that was made knows only the address. */
    public @Nullable Peer peer() {
        return peer;
    }

    /** Address of the other end, for people. */
    public String address() {
        return String.valueOf(channel.remoteAddress());
    }

    /** False while so much waits to be sent that more should not be produced. */
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

    /** Sends a frame without body. */
    public void send(FrameType type, MessageLite header) {
        write(type, header, Unpooled.EMPTY_BUFFER, () -> {});
    }

    /** Sends a frame whose body is {@code body}, which is released once it is written or cannot be. */
    public void send(FrameType type, MessageLite header, Payload body) {
        write(type, header, Unpooled.wrappedBuffer(body.bytes()), body::release);
    }

    /** Sends a frame with a body of {@code bodyBytes}, which {@code fill} writes from position 0 to the limit. */
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
        var unused = channel.write(head, channel.voidPromise());
        channel.writeAndFlush(body).addListener(done -> written.run());
    }

    /** Closes the connection; {@code reason} goes to the listener. */
    public void close(String reason) {
        if (state != State.CLOSED) {
            closeReason = reason;
            var unused = channel.close();
        }
    }

    /** Tells the other end why, and closes the connection. */
    public void fail(String reason) {
        if (state == State.OPEN) {
            send(FrameType.FAILURE, Failure.newBuilder().setReason(reason).build());
            refuse(reason);
        }
    }

    @Override
    public void admit(FrameType type, FramePrefix prefix) {
        boolean open = state == State.OPEN;
        int headerLimit = open ? HEADER_LIMIT : HANDSHAKE_HEADER_LIMIT;
        int bodyLimit = open ? settings.bodyLimit() : 0;
        if (type.isHandshake() == open) {
            throw new ProtocolException("type=" + type + " while " + state);
        }
        if (prefix.headerLength() < 0 || prefix.headerLength() > headerLimit) {
            throw new ProtocolException("headerBytes=" + Integer.toUnsignedString(prefix.headerLength())
                    + ", expected at most " + headerLimit);
        }
        if (prefix.bodyLength() < 0 || prefix.bodyLength() > bodyLimit) {
            throw new ProtocolException(
                    "bodyBytes=" + Integer.toUnsignedString(prefix.bodyLength()) + ", expected at most " + bodyLimit);
        }
        if (prefix.generation() != settings.identity().generation()) {
            settings.counters().add(Counter.FENCED, 1);
            throw new ProtocolException("generation=" + prefix.generation() + ", expected "
                    + settings.identity().generation());
        }
        long bytes = FramePrefix.BYTES + (long) prefix.headerLength() + prefix.bodyLength();
        settings.counters().add(Counter.BYTES_RECEIVED, bytes);
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
        state = State.OPEN;
        listener.opened(this);
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
        state = State.OPEN;
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
        if (held > settings.heldLimit()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void released(int bytes) {
        held -= bytes;
        if (held <= settings.heldLimit() / 2 && !channel.config().isAutoRead() && state != State.CLOSED) {
            channel.config().setAutoRead(true);
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

    String closeReason() {
        return closeReason;
    }
}
