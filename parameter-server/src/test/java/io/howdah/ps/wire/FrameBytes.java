// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Frames as bytes on a blocking socket. */
final class FrameBytes {
    private FrameBytes() {}

    static byte[] of(FrameType type, MessageLite header, long generation) {
        ByteBuf head =
                FrameEncoder.head(UnpooledByteBufAllocator.DEFAULT, type, header, Unpooled.EMPTY_BUFFER, generation);
        byte[] bytes = ByteBufUtil.getBytes(head);
        head.release();
        return bytes;
    }

    /** The frame with another number at {@code position} of its prefix. */
    static byte[] patched(byte[] frame, int position, int number) {
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(position, number);
        return frame;
    }

    /** Reads one frame without a body. */
    static byte[] read(Socket socket) throws IOException {
        byte[] prefix = socket.getInputStream().readNBytes(FramePrefix.BYTES);
        int length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
        byte[] header = socket.getInputStream().readNBytes(length);
        return ByteBuffer.allocate(prefix.length + length)
                .put(prefix)
                .put(header)
                .array();
    }

    /** Reads one frame and returns its header's bytes. */
    static byte[] readHeader(Socket socket) throws IOException {
        byte[] frame = read(socket);
        byte[] header = new byte[frame.length - FramePrefix.BYTES];
        System.arraycopy(frame, FramePrefix.BYTES, header, 0, header.length);
        return header;
    }

    /** Waits for the other end to close. */
    static void assertClosed(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        int read;
        try {
            // What TLS says on its way out, and frames on theirs, may still come.
            do {
                read = socket.getInputStream().read();
            } while (read >= 0);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("still open after 20 s", e);
        } catch (IOException e) {
            read = -1; // reset, or an alert of TLS
        }
        assertThat(read).isEqualTo(-1);
    }
}
