// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** Makes the socket read into the buffer that the decoder of this channel wants filled next. */
final class FrameAllocator extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads of one channel before another has its turn: a frame takes three. */
    private static final int READS_PER_TURN = 24;

    private final FrameDecoder decoder;

    FrameAllocator(FrameDecoder decoder) {
        super(READS_PER_TURN);
        this.decoder = decoder;
    }

    @Override
    @SuppressWarnings("deprecation") // the channel still asks for this type
    public RecvByteBufAllocator.Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                return decoder.target(allocator);
            }

            @Override
            public int guess() {
                return FramePrefix.BYTES;
            }
        };
    }
}
