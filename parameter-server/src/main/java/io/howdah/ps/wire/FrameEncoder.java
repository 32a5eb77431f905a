// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.zip.CRC32C;

/** Writes the beginning of a frame; the body follows it as it lies. */
public final class FrameEncoder {
    private FrameEncoder() {}

    /** Bytes of a whole frame with {@code header} and a body of {@code bodyBytes}. */
    public static long bytes(MessageLite header, int bodyBytes) {
        return FramePrefix.BYTES + (long) header.getSerializedSize() + bodyBytes;
    }

    /** Prefix and header of a frame with {@code body}, which is read but not consumed. */
    static ByteBuf head(ByteBufAllocator allocator, FrameType type, MessageLite header, ByteBuf body, long generation) {
        CRC32C crc = new CRC32C();
        if (body.isReadable()) {
            crc.update(body.nioBuffer());
        }
        int headerLength = header.getSerializedSize();
        ByteBuf head = allocator.directBuffer(FramePrefix.BYTES + headerLength);
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(head.nioBuffer(FramePrefix.BYTES, headerLength));
            header.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e); // the buffer is as long as the message said
        }
        head.writerIndex(FramePrefix.BYTES + headerLength);
        FramePrefix.write(head, type, body.readableBytes(), generation, (int) crc.getValue());
        return head;
    }
}
