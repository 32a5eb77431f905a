// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.WireDtype;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final long GENERATION = (3L << 32) | 5;

    /** Remembers what a decoder reports. */
    private static final class Sink implements FrameSink {
        private final List<MessageLite> headers = new ArrayList<>();
        private final List<byte[]> bodies = new ArrayList<>();
        private final List<String> refusals = new ArrayList<>();
        private @Nullable ByteBuffer destination;
        private long held;

        @Override
        public void admit(FrameType type, FramePrefix prefix) {
            if (prefix.headerLength() < 0
                    || prefix.headerLength() > 1000
                    || prefix.bodyLength() < 0
                    || prefix.bodyLength() > 1000
                    || prefix.generation() != GENERATION) {
                throw new ProtocolException("not admitted");
            }
        }

        @Override
        public @Nullable ByteBuffer destination(FrameType type, MessageLite header, int bodyLength) {
            return destination;
        }

        @Override
        public void accept(ReceivedFrame frame) {
            headers.add(frame.header());
            byte[] body = new byte[frame.body().bytes().remaining()];
            frame.body().bytes().get(body);
            bodies.add(body);
            frame.body().release();
        }

        @Override
        public void taken(int bytes) {
            held += bytes;
        }

        @Override
        public void released(int bytes) {
            held -= bytes;
        }

        @Override
        public void refuse(String reason) {
            refusals.add(reason);
        }
    }

    private static byte[] frame(FrameType type, MessageLite header, byte[] body) {
        ByteBuf bodyBytes = Unpooled.wrappedBuffer(body);
        ByteBuf head = FrameEncoder.head(Unpooled.buffer().alloc(), type, header, bodyBytes, GENERATION);
        ByteBuf whole = Unpooled.wrappedBuffer(head, bodyBytes);
        byte[] bytes = ByteBufUtil.getBytes(whole);
        whole.release();
        return bytes;
    }

    private static Gradient gradient(long step, int chunk) {
        return Gradient.newBuilder()
                .setStep(step)
                .setChunk(chunk)
                .setDtype(WireDtype.WIRE_DTYPE_BFLOAT16)
                .build();
    }

    private static Sink decode(byte[] bytes, Random splits) {
        Sink sink = new Sink();
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(sink));
        for (int start = 0; start < bytes.length; ) {
            int count = Math.min(bytes.length - start, 1 + splits.nextInt(40));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, start, count));
            start += count;
        }
        channel.finishAndReleaseAll();
        return sink;
    }

    @Property(tries = 200)
    void framesComeOutAsTheyWentInHoweverTheBytesAreCut(
            @ForAll @Size(max = 4) List<@Size(max = 300) byte[]> bodies, @ForAll long seed) {
        byte[] stream = new byte[0];
        List<MessageLite> headers = new ArrayList<>();
        for (byte[] body : bodies) {
            Gradient header = gradient(body.length, headers.size());
            headers.add(header);
            stream = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(stream, frame(FrameType.GRADIENT, header, body)));
        }
        Sink sink = decode(stream, new Random(seed));
        assertThat(sink.refusals).isEmpty();
        assertThat(sink.headers).isEqualTo(headers);
        assertThat(sink.bodies).containsExactlyElementsOf(bodies);
        assertThat(sink.held).isZero();
    }

    @Property(tries = 100)
    void truncatedFramesAreNotDelivered(@ForAll @IntRange(max = 75) int length, @ForAll long seed) {
        byte[] whole = frame(FrameType.GRADIENT, gradient(9, 1), new byte[40]);
        Sink sink = decode(Arrays.copyOf(whole, Math.min(length, whole.length - 1)), new Random(seed));
        assertThat(sink.headers).isEmpty();
        assertThat(sink.refusals).isEmpty();
        assertThat(sink.held).as("bytes held after the channel is gone").isZero();
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] body = {1, 2, 3, 4, 5};
        byte[] first = frame(FrameType.GRADIENT, gradient(9, 1), body);
        byte[] second = frame(FrameType.PULL, Pull.newBuilder().setTo(3).build(), new byte[2000]);
        for (int bit = 0; bit < first.length * 8; bit++) {
            byte[] stream = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(first, second));
            stream[bit / 8] ^= (byte) (1 << (bit % 8));
            Sink sink = decode(stream, new Random(bit));
            assertThat(sink.headers).as("bit %d", bit).isEmpty();
            assertThat(sink.refusals).as("bit %d", bit).hasSize(1);
            assertThat(sink.held).isZero();
        }
    }

    @Test
    void aBodyIsReadIntoItsDestination() {
        Sink sink = new Sink();
        sink.destination = ByteBuffer.allocateDirect(3);
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(sink));
        channel.writeInbound(Unpooled.wrappedBuffer(frame(FrameType.GRADIENT, gradient(1, 1), new byte[] {7, 8, 9})));
        assertThat(sink.headers).hasSize(1);
        assertThat(sink.bodies.get(0)).isEmpty();
        assertThat(sink.destination.get(2)).isEqualTo((byte) 9);
        channel.finishAndReleaseAll();
    }

    @Test
    void thePrefixLiesAsTheSpecificationSays() {
        byte[] bytes = frame(FrameType.GRADIENT, gradient(1, 2), new byte[] {1, 2, 3});
        assertThat(new String(bytes, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("HWDH");
        ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes[4]).as("frame version").isEqualTo((byte) 1);
        assertThat(bytes[5]).as("type").isEqualTo((byte) 8);
        assertThat(little.getShort(6)).as("reserved").isZero();
        assertThat(little.getInt(8))
                .as("header length")
                .isEqualTo(gradient(1, 2).getSerializedSize());
        assertThat(little.getInt(12)).as("body length").isEqualTo(3);
        assertThat(little.getLong(16)).as("generation").isEqualTo(GENERATION);
        CRC32C crc = new CRC32C();
        crc.update(new byte[] {1, 2, 3});
        assertThat(little.getInt(24)).as("body checksum").isEqualTo((int) crc.getValue());
        crc.reset();
        crc.update(bytes, 0, 28);
        crc.update(bytes, 32, bytes.length - 35);
        assertThat(little.getInt(28)).as("header checksum").isEqualTo((int) crc.getValue());
    }
}
