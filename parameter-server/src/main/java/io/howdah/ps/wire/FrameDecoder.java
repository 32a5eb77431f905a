// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.MessageLite;
import io.howdah.trainer.sync.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames without copying: the socket reads straight into the buffer of the part that comes next (prefix, header,
 * body), which has exactly that part's length. Together with {@link FrameAllocator}.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {
    private static final Payload EMPTY = new Payload() {
        @Override
        public ByteBuffer bytes() {
            return ByteBuffer.allocate(0);
        }

        @Override
        public void release() {
            // nothing is held
        }
    };

    private enum Stage {
        PREFIX,
        HEADER,
        BODY,
        ENDED
    }

    private final FrameSink sink;
    private final ByteBuf prefixBytes = Unpooled.directBuffer(FramePrefix.BYTES, FramePrefix.BYTES);
    private Stage stage = Stage.PREFIX;
    private ByteBuf target = prefixBytes;
    private @Nullable FramePrefix prefix;
    private @Nullable FrameType type;
    private @Nullable MessageLite header;
    private boolean ownBody;

    /** Of the body, as far as it has come: bytes are read once more while they are still in the cache. */
    private final CRC32C bodyCrc = new CRC32C();

    private int summed;

    FrameDecoder(FrameSink sink) {
        this.sink = sink;
    }

    /** The buffer that the next bytes belong to; the caller gives back one reference. */
    ByteBuf target(ByteBufAllocator allocator) {
        return stage == Stage.ENDED ? allocator.directBuffer(FramePrefix.BYTES) : target.retain();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // equal bytes elsewhere are still to be copied
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (bytes == target) {
                advance(context.alloc());
            } else {
                copy(bytes, context.alloc());
            }
        } catch (ProtocolException e) {
            end();
            sink.refuse(String.valueOf(e.getMessage()));
        } finally {
            bytes.release();
        }
    }

    /** For bytes that did not come through {@link FrameAllocator}. */
    private void copy(ByteBuf bytes, ByteBufAllocator allocator) {
        while (bytes.isReadable() && stage != Stage.ENDED) {
            bytes.readBytes(target, Math.min(bytes.readableBytes(), target.writableBytes()));
            advance(allocator);
        }
    }

    private void advance(ByteBufAllocator allocator) {
        if (stage == Stage.BODY && target.writerIndex() > summed) {
            bodyCrc.update(target.nioBuffer(summed, target.writerIndex() - summed));
            summed = target.writerIndex();
        }
        while (stage != Stage.ENDED && !target.isWritable()) {
            switch (stage) {
                case PREFIX -> readPrefix(allocator);
                case HEADER -> readHeader(allocator);
                case BODY -> finish();
                case ENDED -> throw new AssertionError(stage);
            }
        }
    }

    private void readPrefix(ByteBufAllocator allocator) {
        FramePrefix read = FramePrefix.read(prefixBytes);
        FrameType known = FrameType.of(read.typeCode());
        if (known == null) {
            throw new ProtocolException("type=" + read.typeCode() + ", expected a known one");
        }
        sink.admit(known, read);
        prefix = read;
        type = known;
        stage = Stage.HEADER;
        target = allocator.directBuffer(read.headerLength(), read.headerLength());
    }

    private void readHeader(ByteBufAllocator allocator) {
        FramePrefix current = present(prefix);
        FrameType known = present(type);
        ByteBuffer bytes = target.nioBuffer();
        current.checkHeader(prefixBytes, bytes);
        MessageLite message;
        try {
            message = known.parse(bytes);
        } catch (IOException e) {
            throw new ProtocolException("the header of a " + known + " cannot be parsed");
        }
        int length = current.bodyLength();
        ByteBuffer destination = length == 0 ? null : sink.destination(known, message, length);
        target.release();
        header = message;
        stage = Stage.BODY;
        bodyCrc.reset();
        summed = 0;
        ownBody = length > 0 && destination == null;
        if (destination != null) {
            target = Unpooled.wrappedBuffer(destination).clear();
        } else if (ownBody) {
            target = allocator.directBuffer(length, length);
            sink.taken(length);
        } else {
            target = Unpooled.EMPTY_BUFFER;
        }
    }

    private void finish() {
        ByteBuf body = target;
        present(prefix).checkBody(bodyCrc);
        Payload payload = ownBody ? new Body(body) : EMPTY;
        if (!ownBody) {
            body.release();
        }
        ReceivedFrame frame = new ReceivedFrame(present(type), present(header), payload);
        ownBody = false;
        stage = Stage.PREFIX;
        target = prefixBytes.clear();
        sink.accept(frame);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("frame parts out of order");
        }
        return value;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        end();
    }

    /** Gives back what is held; called once more when the channel goes, which then does nothing. */
    private void end() {
        if (stage == Stage.ENDED) {
            return;
        }
        if (stage != Stage.PREFIX) {
            target.release();
        }
        if (stage == Stage.BODY && ownBody) {
            sink.released(present(prefix).bodyLength());
        }
        prefixBytes.release();
        stage = Stage.ENDED;
    }

    private final class Body implements Payload {
        private final ByteBuf bytes;

        Body(ByteBuf bytes) {
            this.bytes = bytes;
        }

        @Override
        public ByteBuffer bytes() {
            return bytes.nioBuffer();
        }

        @Override
        public void release() {
            int length = bytes.capacity();
            bytes.release();
            sink.released(length);
        }
    }
}
