// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes scalars as a TensorBoard event file: TFRecords of {@code tensorflow.Event} messages, as {@code docs/formats.md}
 * specifies. The protobuf messages have five fields in all and are encoded here.
 *
 * <p>Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto.
 */
final class EventFile {
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED64 = 1;
    private static final int FIXED32 = 5;
    private static final int VARINT = 0;

    private final OutputStream out;

    /** Begins a file with the record that names its version. Does not close the stream. */
    EventFile(OutputStream out, double wallSeconds) throws IOException {
        this.out = out;
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        number(event, 1, wallSeconds);
        bytes(event, 3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        record(event.toByteArray());
    }

    /**
     * Writes the scalars of one step as one event.
     *
     * @param wallSeconds seconds since 1970
     * @param scalars values by tag, in the order in which they are written
     */
    void write(double wallSeconds, long step, Map<String, Double> scalars) throws IOException {
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        scalars.forEach((tag, value) -> {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            bytes(entry, 1, tag.getBytes(StandardCharsets.UTF_8));
            key(entry, 2, FIXED32);
            littleEndian(entry, Integer.BYTES, Float.floatToIntBits(value.floatValue()));
            bytes(summary, 1, entry.toByteArray());
        });
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        number(event, 1, wallSeconds);
        key(event, 2, VARINT);
        varint(event, step);
        bytes(event, 5, summary.toByteArray());
        record(event.toByteArray());
    }

    /** Length, its checksum, the data, their checksum. */
    private void record(byte[] data) throws IOException {
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length)
                .array();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(length);
        littleEndian(whole, Integer.BYTES, maskedCrc(length));
        whole.writeBytes(data);
        littleEndian(whole, Integer.BYTES, maskedCrc(data));
        out.write(whole.toByteArray());
    }

    /** CRC-32C, rotated right by 15 bits, plus a constant: so that checksums of checksums stay sound. */
    static int maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    private static void number(ByteArrayOutputStream out, int field, double value) {
        key(out, field, FIXED64);
        littleEndian(out, Long.BYTES, Double.doubleToLongBits(value));
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        key(out, field, LENGTH_DELIMITED);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void key(ByteArrayOutputStream out, int field, int wireType) {
        out.write(field << 3 | wireType);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static void littleEndian(ByteArrayOutputStream out, int bytes, long bits) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> 8 * i));
        }
    }
}
