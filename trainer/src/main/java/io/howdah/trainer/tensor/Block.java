// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A 64-byte-aligned piece of off-heap memory, zeroed when it is new. The JVM frees it once nobody refers to it, nor to a
 * buffer of it.
 */
final class Block {
    private static final int ALIGNMENT = 64;

    private final ByteBuffer bytes;
    private final long address;

    private Block(ByteBuffer root, int size) {
        this.bytes = root.alignedSlice(ALIGNMENT).limit(size).slice().order(ByteOrder.LITTLE_ENDIAN);
        this.address = Memory.addressOf(bytes);
    }

    /** @throws OutOfMemoryError if the JVM's limit of direct memory is reached */
    static Block allocate(int size) {
        return new Block(ByteBuffer.allocateDirect(size + ALIGNMENT - 1), size);
    }

    int size() {
        return bytes.capacity();
    }

    long address() {
        return address;
    }

    ByteBuffer bytes() {
        return bytes;
    }
}
