// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One tensor to be written by {@link SafetensorsWriter}.
 *
 * @param name name in the file
 * @param dtype type of the elements
 * @param shape shape of the tensor
 * @param body writes exactly {@code shape.elements() * dtype.bytes()} bytes, little-endian and row-major
 */
public record SafetensorsEntry(String name, DType dtype, Shape shape, Body body) {
    private static final int PIECE = 1 << 16;

    /** Writes the elements of one tensor. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** An entry for a contiguous tensor, which must stay unchanged until it is written. */
    public static SafetensorsEntry of(String name, Tensor tensor) {
        return new SafetensorsEntry(name, tensor.dtype(), tensor.shape(), out -> {
            ByteBuffer bytes = tensor.buffer();
            byte[] piece = new byte[PIECE];
            while (bytes.hasRemaining()) {
                int count = Math.min(piece.length, bytes.remaining());
                bytes.get(piece, 0, count);
                out.write(piece, 0, count);
            }
        });
    }

    /** A one-dimensional float32 entry for an array, which must stay unchanged until it is written. */
    public static SafetensorsEntry of(String name, float[] elements) {
        return new SafetensorsEntry(name, DType.FLOAT32, Shape.of(elements.length), out -> {
            int longest = (int) Math.min(PIECE, (long) elements.length * Float.BYTES);
            ByteBuffer piece = ByteBuffer.allocate(longest).order(ByteOrder.LITTLE_ENDIAN);
            for (int start = 0; start < elements.length; start += PIECE / Float.BYTES) {
                int count = Math.min(PIECE / Float.BYTES, elements.length - start);
                piece.asFloatBuffer().put(elements, start, count);
                out.write(piece.array(), 0, count * Float.BYTES);
            }
        });
    }

    /** Length of the body. */
    long bytes() {
        return shape.elements() * dtype.bytes();
    }
}
