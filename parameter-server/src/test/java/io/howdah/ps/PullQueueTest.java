// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.ps.wire.Peer;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.Payload;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** In which order weights go to several workers, and that they are the shard's. */
class PullQueueTest {
    private static final int CHUNK = 1 << 16;

    private final List<String> order = new ArrayList<>();
    private final List<Payload> unreleased = new ArrayList<>();
    private final PullQueue queue = new PullQueue();
    private final ServedModel model = WideModel.served(CHUNK);
    private final ParameterShard shard = model.shard();

    /** Writes down what it is sent; takes {@code room} frames. */
    private final class Worker implements Connection {
        private final String name;
        private final List<ByteBuffer> bodies = new ArrayList<>();
        private int room = Integer.MAX_VALUE;

        Worker(String name) {
            this.name = name;
        }

        @Override
        public Peer peer() {
            return null;
        }

        @Override
        public String address() {
            return name;
        }

        @Override
        public boolean isWritable() {
            return room > 0;
        }

        @Override
        public void send(FrameType type, MessageLite header) {
            throw new AssertionError(type);
        }

        @Override
        public void send(FrameType type, MessageLite header, Payload body) {
            room--;
            order.add(name + ((Pulled) header).getFrom() / CHUNK);
            ByteBuffer bytes = body.bytes();
            bodies.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
            unreleased.add(body);
        }

        @Override
        public void send(FrameType type, MessageLite header, int bodyBytes, Consumer<ByteBuffer> fill) {
            room--;
            ByteBuffer bytes = ByteBuffer.allocate(bodyBytes);
            fill.accept(bytes.duplicate());
            bodies.add(bytes);
            order.add(name + ((Pulled) header).getFrom() / CHUNK);
        }

        @Override
        public void close(String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void fail(String reason) {
            throw new AssertionError(reason);
        }
    }

    private RangeAnswer answer(DType dtype) {
        ShardRange range = shard.range();
        return new RangeAnswer(
                Pull.newBuilder()
                        .setFrom(range.from())
                        .setTo(range.to())
                        .setDtype(Messages.dtype(dtype))
                        .build(),
                model);
    }

    private void assertIsTheShards(Worker worker, DType dtype) {
        ShardRange range = shard.range();
        ByteBuffer expected = ByteBuffer.allocate((int) range.elements() * dtype.bytes());
        shard.read(range.from(), range.to(), dtype, expected.order(ByteOrder.LITTLE_ENDIAN));
        ByteBuffer found = ByteBuffer.allocate(expected.capacity());
        worker.bodies.forEach(found::put);
        assertThat(found.array()).isEqualTo(expected.array());
    }

    @Test
    void workersThatWaitedForOneVersionAreServedInTurns() {
        Worker a = new Worker("a");
        Worker b = new Worker("b");
        queue.addAll(() -> {
            queue.add(a, answer(DType.BFLOAT16));
            queue.add(b, answer(DType.BFLOAT16));
        });
        assertThat(order).containsExactly("a0", "b0", "a1", "b1", "a2", "b2");
        assertIsTheShards(a, DType.BFLOAT16);
        assertIsTheShards(b, DType.BFLOAT16);
        assertThat(unreleased.get(0)).as("rounded once for both").isSameAs(unreleased.get(1));
    }

    @Test
    void aSlowWorkerHoldsUpNobody() {
        Worker slow = new Worker("s");
        Worker quick = new Worker("q");
        slow.room = 1;
        queue.addAll(() -> {
            queue.add(slow, answer(DType.FLOAT32));
            queue.add(quick, answer(DType.FLOAT32));
        });
        assertThat(order).containsExactly("s0", "q0", "q1", "q2");
        unreleased.forEach(Payload::release);
        unreleased.clear();
        slow.room = 2;
        queue.drain(slow);
        assertThat(order).containsExactly("s0", "q0", "q1", "q2", "s1", "s2");
        assertIsTheShards(slow, DType.FLOAT32);
        assertIsTheShards(quick, DType.FLOAT32);
    }

    @Test
    void bytesThatAreStillBeingSentAreNotWrittenOver() {
        Worker first = new Worker("a");
        queue.add(first, answer(DType.BFLOAT16));
        List<Payload> sending = List.copyOf(unreleased);
        List<ByteBuffer> before = List.copyOf(first.bodies);
        WideModel.step(shard);
        queue.add(new Worker("b"), answer(DType.FLOAT32));
        for (int i = 0; i < sending.size(); i++) {
            assertThat(sending.get(i).bytes()).isEqualTo(before.get(i));
        }
    }

    @Test
    void theNextVersionIsRoundedAnew() {
        Worker worker = new Worker("a");
        queue.add(worker, answer(DType.BFLOAT16));
        WideModel.step(shard);
        worker.bodies.clear();
        queue.add(worker, answer(DType.BFLOAT16));
        assertIsTheShards(worker, DType.BFLOAT16);
    }
}
