// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a safetensors stream front to back; see {@link SafetensorsWriter} for the format. Does not close the stream. */
public final class SafetensorsReader {
    private static final int PIECE = 1 << 16;

    private final InputStream in;
    private final String file;
    private final SafetensorsHeader header;
    private int next;

    /**
     * Reads and checks the header.
     *
     * @param file name for messages
     * @throws IOException if the header is malformed or its tensors overlap or leave holes
     */
    public SafetensorsReader(InputStream in, String file) throws IOException {
        this.in = in;
        this.file = file;
        byte[] prefix = in.readNBytes(Long.BYTES);
        if (prefix.length < Long.BYTES) {
            throw SafetensorsHeader.malformed(file, "it ends within its length field");
        }
        long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > SafetensorsHeader.MAXIMUM_BYTES) {
            throw SafetensorsHeader.malformed(file, "its header claims " + Long.toUnsignedString(length) + " bytes");
        }
        byte[] json = in.readNBytes((int) length);
        if (json.length < length) {
            throw SafetensorsHeader.malformed(file, "it ends within its header");
        }
        this.header = SafetensorsHeader.parse(json, file);
    }

    /** The texts of {@code __metadata__}. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** All tensors in the order in which {@link #nextTensor} and {@link #nextFloats} deliver them. */
    public List<SafetensorsTensor> tensors() {
        return header.tensors();
    }

    /** The next tensor; the caller closes it. */
    public Tensor nextTensor() throws IOException {
        SafetensorsTensor described = take();
        Tensor tensor = Tensor.empty(described.dtype(), described.shape());
        boolean whole = false;
        try {
            ByteBuffer target = tensor.buffer();
            byte[] piece = new byte[PIECE];
            while (target.hasRemaining()) {
                int count = Math.min(piece.length, target.remaining());
                readFully(piece, count, described);
                target.put(piece, 0, count);
            }
            whole = true;
            return tensor;
        } finally {
            if (!whole) {
                tensor.close();
            }
        }
    }

    /** The elements of the next tensor, which must be float32. */
    public float[] nextFloats() throws IOException {
        SafetensorsTensor described = take(DType.FLOAT32);
        float[] elements = new float[Math.toIntExact(described.shape().elements())];
        byte[] piece = new byte[(int) Math.min(PIECE, (long) elements.length * Float.BYTES)];
        ByteBuffer bytes = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < elements.length; start += PIECE / Float.BYTES) {
            int count = Math.min(PIECE / Float.BYTES, elements.length - start);
            readFully(piece, count * Float.BYTES, described);
            bytes.asFloatBuffer().get(elements, start, count);
        }
        return elements;
    }

    /** The elements of the next tensor, which must be int64. */
    public long[] nextLongs() throws IOException {
        SafetensorsTensor described = take(DType.INT64);
        long[] elements = new long[Math.toIntExact(described.shape().elements())];
        byte[] piece = new byte[PIECE];
        ByteBuffer bytes = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < elements.length; start += PIECE / Long.BYTES) {
            int count = Math.min(PIECE / Long.BYTES, elements.length - start);
            readFully(piece, count * Long.BYTES, described);
            bytes.asLongBuffer().get(elements, start, count);
        }
        return elements;
    }

    /** All remaining tensors by name; the caller closes them. */
    public Map<String, Tensor> remainingTensors() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        while (next < header.tensors().size()) {
            String name = header.tensors().get(next).name();
            tensors.put(name, nextTensor());
        }
        return tensors;
    }

    /**
     * To be called behind the last tensor.
     *
     * @throws IOException if the stream goes on
     */
    public void checkEnd() throws IOException {
        if (in.read() >= 0) {
            throw SafetensorsHeader.malformed(file, "it goes on behind its last tensor");
        }
    }

    private SafetensorsTensor take(DType dtype) throws IOException {
        SafetensorsTensor described = take();
        if (described.dtype() != dtype) {
            throw SafetensorsHeader.malformed(
                    file, "tensor " + described.name() + " is " + described.dtype() + " instead of " + dtype);
        }
        return described;
    }

    private SafetensorsTensor take() {
        if (next == header.tensors().size()) {
            throw new IllegalStateException("Cannot read safetensors: file=" + file + ", all " + next
                    + " tensors are read, expected another; ask tensors() how many there are");
        }
        return header.tensors().get(next++);
    }

    private void readFully(byte[] piece, int count, SafetensorsTensor described) throws IOException {
        if (in.readNBytes(piece, 0, count) < count) {
            throw SafetensorsHeader.malformed(file, "it ends within tensor " + described.name());
        }
    }
}
