// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The fixed beginning of a frame, little-endian:
 *
 * <pre>
 *  0  u32 magic, the bytes HWDH
 *  4  u8  frame version, 1
 *  5  u8  type
 *  6  u16 reserved, 0
 *  8  u32 header length
 * 12  u32 body length
 * 16  i64 generation
 * 24  u32 CRC-32C of the body
 * 28  u32 CRC-32C of bytes 0 to 27 and the header
 * </pre>
 */
record FramePrefix(int typeCode, int headerLength, int bodyLength, long generation, int bodyCrc, int headerCrc) {
    static final int BYTES = 32;

    private static final int MAGIC = 'H' | 'W' << 8 | 'D' << 16 | 'H' << 24;
    private static final int VERSION = 1;
    private static final int COVERED = 28;

    /** Writes a prefix for {@code header}, which lies behind it in {@code out} already. */
    static void write(ByteBuf out, FrameType type, int bodyLength, long generation, int bodyCrc) {
        int headerLength = out.writerIndex() - BYTES;
        out.setIntLE(0, MAGIC);
        out.setByte(4, VERSION);
        out.setByte(5, type.code());
        out.setShortLE(6, 0);
        out.setIntLE(8, headerLength);
        out.setIntLE(12, bodyLength);
        out.setLongLE(16, generation);
        out.setIntLE(24, bodyCrc);
        out.setIntLE(COVERED, crc(out.nioBuffer(0, COVERED), out.nioBuffer(BYTES, headerLength)));
    }

    /** Reads the prefix and checks what can be checked before the header is there. */
    static FramePrefix read(ByteBuf in) {
        if (in.getIntLE(0) != MAGIC) {
            throw new ProtocolException(String.format("magic=%08x, expected %08x", in.getIntLE(0), MAGIC));
        }
        int version = in.getUnsignedByte(4);
        if (version != VERSION || in.getShortLE(6) != 0) {
            throw new ProtocolException("frameVersion=" + version + ", expected " + VERSION);
        }
        return new FramePrefix(
                in.getUnsignedByte(5),
                in.getIntLE(8),
                in.getIntLE(12),
                in.getLongLE(16),
                in.getIntLE(24),
                in.getIntLE(COVERED));
    }

    /** Checks the checksum over the prefix in {@code prefix} and {@code header}. */
    void checkHeader(ByteBuf prefix, ByteBuffer header) {
        if (crc(prefix.nioBuffer(0, COVERED), header.duplicate()) != headerCrc) {
            throw new ProtocolException("the header's checksum does not match");
        }
    }

    /** Checks the body's checksum. */
    void checkBody(CRC32C body) {
        if ((int) body.getValue() != bodyCrc) {
            throw new ProtocolException("the body's checksum does not match");
        }
    }

    private static int crc(ByteBuffer first, ByteBuffer second) {
        CRC32C crc = new CRC32C();
        crc.update(first);
        crc.update(second);
        return (int) crc.getValue();
    }
}
