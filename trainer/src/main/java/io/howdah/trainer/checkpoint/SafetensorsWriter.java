// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes tensors in the safetensors format: the length of a JSON header as a little-endian u64, the header padded with
 * spaces to a multiple of 8, then the tensors end to end.
 *
 * <p>Source: the format section of the README of huggingface/safetensors.
 */
public final class SafetensorsWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SafetensorsWriter() {}

    /**
     * Writes all entries in their order; the same arguments give the same bytes.
     *
     * @param metadata texts for the header's {@code __metadata__}; left out where empty
     * @throws IOException from the stream, or if an entry writes another number of bytes than its shape says
     */
    public static void write(OutputStream out, Map<String, String> metadata, List<SafetensorsEntry> entries)
            throws IOException {
        byte[] header = JSON.writeValueAsBytes(header(metadata, entries));
        byte[] padded = Arrays.copyOf(header, (header.length + 7) / 8 * 8);
        Arrays.fill(padded, header.length, padded.length, (byte) ' ');
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .array());
        out.write(padded);
        ChecksumOutputStream counted = new ChecksumOutputStream(out);
        for (SafetensorsEntry entry : entries) {
            long before = counted.bytes();
            entry.body().writeTo(counted);
            if (counted.bytes() - before != entry.bytes()) {
                throw new IOException("Cannot write tensor: name=" + entry.name() + " bytes="
                        + (counted.bytes() - before) + ", expected " + entry.bytes() + " for " + entry.dtype() + " "
                        + entry.shape() + "; correct the entry's body");
            }
        }
    }

    private static ObjectNode header(Map<String, String> metadata, List<SafetensorsEntry> entries) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(SafetensorsHeader.METADATA);
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long offset = 0;
        for (SafetensorsEntry entry : entries) {
            if (header.has(entry.name())) {
                throw new IllegalArgumentException("Cannot write safetensors: name=" + entry.name()
                        + " appears twice, expected distinct names; rename one of the tensors");
            }
            ObjectNode node = header.putObject(entry.name());
            node.put("dtype", SafetensorsHeader.nameOf(entry.dtype()));
            Arrays.stream(entry.shape().sizes()).forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(offset).add(offset + entry.bytes());
            offset += entry.bytes();
        }
        return header;
    }
}
