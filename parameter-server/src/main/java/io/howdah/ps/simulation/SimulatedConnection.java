// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Failure;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.ConnectionListener;
import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.FrameEncoder;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.ProtocolException;
import io.howdah.ps.wire.ReceivedFrame;
import io.howdah.trainer.sync.Payload;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One end of a virtual connection. Frames come whole and in order; what is on the way when it breaks is lost. */
final class SimulatedConnection implements Connection {
    private static final int HIGH_WATER = 2 << 10;
    private static final int LOW_WATER = 1 << 10;
    private static final byte RELEASED = 0x7f;

    private final SimulatedNetwork network;
    private final Endpoint owner;
    private final ConnectionListener listener;
    private final Admission admission;
    private final @Nullable Peer peer;
    private final Consumer<String> unopened;
    private boolean opened;
    private @Nullable SimulatedConnection other;
    private boolean closed;
    private boolean broken;
    private LinkModel.@Nullable Lane lane;
    private long inFlight;
    private boolean full;

    private record Frame(FrameType type, MessageLite header, byte[] body, long generation) {}

    /** @param unopened told why, if the connection ends before it is open */
    SimulatedConnection(
            SimulatedNetwork network,
            Endpoint owner,
            ConnectionListener listener,
            Admission admission,
            @Nullable Peer peer,
            Consumer<String> unopened) {
        this.network = network;
        this.owner = owner;
        this.listener = listener;
        this.admission = admission;
        this.peer = peer;
        this.unopened = unopened;
    }

    /** Joins both ends. */
    static void join(SimulatedConnection one, SimulatedConnection another) {
        one.other = another;
        another.other = one;
    }

    SimulatedConnection otherEnd() {
        if (other == null) {
            throw new IllegalStateException("Cannot use connection: it has one end");
        }
        return other;
    }

    Endpoint owner() {
        return owner;
    }

    boolean isIntact() {
        return !broken && !closed;
    }

    /** Both ends have proved who they are. */
    void opened() {
        if (isIntact()) {
            admission.opened();
            opened = true;
            listener.opened(this);
        }
    }

    @Override
    public @Nullable Peer peer() {
        return peer;
    }

    @Override
    public String address() {
        return otherEnd().owner.process().toString();
    }

    @Override
    public boolean isWritable() {
        return !full;
    }

    @Override
    public void send(FrameType type, MessageLite header) {
        transmit(type, header, new byte[0]);
    }

    @Override
    public void send(FrameType type, MessageLite header, Payload body) {
        ByteBuffer bytes = body.bytes();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        transmit(type, header, copy);
        network.clock().after(0, () -> owner.process().execute(body::release));
    }

    @Override
    public void send(FrameType type, MessageLite header, int bodyBytes, Consumer<ByteBuffer> fill) {
        byte[] body = new byte[bodyBytes];
        fill.accept(ByteBuffer.wrap(body));
        transmit(type, header, body);
    }

    private void transmit(FrameType type, MessageLite header, byte[] body) {
        if (!isIntact()) {
            return;
        }
        long bytes = FrameEncoder.bytes(header, body.length);
        owner.settings().counters().add(Counter.BYTES_SENT, bytes);
        network.traffic()
                .add(
                        new Traffic.Flow(
                                owner.self().role(), otherEnd().owner.self().role(), type),
                        bytes);
        inFlight += bytes;
        full = full || inFlight > HIGH_WATER;
        Frame frame = new Frame(type, header, body, owner.settings().identity().generation());
        inOrder(bytes, () -> arrived(frame, bytes));
    }

    /** Plans {@code action} for when {@code bytes} more have arrived. */
    void inOrder(long bytes, Runnable action) {
        if (lane == null) {
            lane = network.lane(owner.process(), otherEnd().owner.process());
        }
        lane.carry(bytes, action);
    }

    private void arrived(Frame frame, long bytes) {
        if (broken) {
            return;
        }
        inFlight -= bytes;
        if (full && inFlight <= LOW_WATER) {
            full = false;
            owner.process().execute(() -> {
                if (!closed && !full) {
                    listener.writable(this);
                }
            });
        }
        SimulatedConnection there = otherEnd();
        there.owner.process().execute(() -> there.deliver(frame));
    }

    private void deliver(Frame frame) {
        if (closed) {
            return;
        }
        int headerBytes = frame.header.getSerializedSize();
        try {
            admission.admit(frame.type, headerBytes, frame.body.length, frame.generation);
            Payload payload = place(frame);
            listener.received(this, new ReceivedFrame(frame.type, frame.header, payload));
        } catch (ProtocolException e) {
            close(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private Payload place(Frame frame) {
        ByteBuffer destination =
                frame.body.length == 0 ? null : listener.destination(this, frame.type, frame.header, frame.body.length);
        if (destination == null) {
            return new Body(frame.body);
        }
        destination.put(frame.body);
        return new Body(new byte[0]);
    }

    @Override
    public void close(String reason) {
        if (isIntact()) {
            SimulatedConnection there = otherEnd();
            inOrder(0, () -> there.end("the other end closed it"));
            end(reason);
        }
    }

    @Override
    public void fail(String reason) {
        send(FrameType.FAILURE, Failure.newBuilder().setReason(reason).build());
        close(reason);
    }

    /** Loses what is on the way, in both directions. */
    void sever() {
        SimulatedConnection there = otherEnd();
        broken = true;
        there.broken = true;
    }

    /** Tells this end that there is no connection any more. */
    void end(String reason) {
        owner.process().execute(() -> {
            if (!closed) {
                closed = true;
                if (opened) {
                    listener.closed(this, reason);
                } else {
                    unopened.accept(reason);
                }
            }
        });
    }

    /** A received body, spoilt when it is released, so that whoever reads it later is found out. */
    private record Body(byte[] array) implements Payload {
        @Override
        public ByteBuffer bytes() {
            return ByteBuffer.wrap(array).asReadOnlyBuffer();
        }

        @Override
        public void release() {
            Arrays.fill(array, RELEASED);
        }
    }
}
