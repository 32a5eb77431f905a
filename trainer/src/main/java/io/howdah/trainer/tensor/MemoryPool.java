// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Recycles off-heap blocks by size class (four per power of two, so at most a quarter of a block is unused) within a
 * byte budget. First touch of fresh memory costs more than most kernels, hence the recycling. Safe for concurrent use.
 */
public final class MemoryPool {
    private static final int SMALLEST = 256;
    private static final MemoryPool SHARED = new MemoryPool(Long.MAX_VALUE);

    private final Map<Integer, ArrayDeque<ByteBuffer>> free = new HashMap<>();
    private long budget;
    private long reserved;
    private long used;
    private long peakUsed;
    private long backstopFrees;

    /** @param budget most bytes that the pool may take from the operating system */
    public MemoryPool(long budget) {
        this.budget = budget;
    }

    /** The pool of this process. */
    public static MemoryPool shared() {
        return SHARED;
    }

    /** Sets the byte budget; blocks that are already in use stay. */
    public synchronized void limit(long bytes) {
        this.budget = bytes;
    }

    public synchronized long usedBytes() {
        return used;
    }

    public synchronized long peakUsedBytes() {
        return peakUsed;
    }

    /** Bytes taken from the operating system, used or waiting to be reused. */
    public synchronized long reservedBytes() {
        return reserved;
    }

    public synchronized long budgetBytes() {
        return budget;
    }

    /** How many blocks came back only because the garbage collector found them unreachable; zero in a well-kept loop. */
    public synchronized long backstopFrees() {
        return backstopFrees;
    }

    synchronized ByteBuffer allocate(long bytes) {
        int size = sizeClass(bytes);
        ArrayDeque<ByteBuffer> blocks = free.get(size);
        ByteBuffer block = blocks == null ? null : blocks.pollLast();
        if (block == null) {
            if (reserved + size > budget) {
                free.values().forEach(this::drop);
                free.clear();
            }
            if (reserved + size > budget) {
                throw new OutOfTensorMemoryError("Cannot allocate tensor: bytes=" + bytes + " used=" + used
                        + " budget=" + budget + ", expected to fit the budget; lower the batch size or ask for a"
                        + " larger container");
            }
            block = Memory.allocate(size);
            reserved += size;
        }
        used += size;
        peakUsed = Math.max(peakUsed, used);
        return block;
    }

    synchronized void release(ByteBuffer block) {
        used -= block.capacity();
        free.computeIfAbsent(block.capacity(), size -> new ArrayDeque<>()).addLast(block);
    }

    synchronized void releaseUnreachable(ByteBuffer block) {
        backstopFrees++;
        release(block);
    }

    /** The JVM frees the memory of dropped buffers once it collects them. */
    private void drop(ArrayDeque<ByteBuffer> blocks) {
        blocks.forEach(block -> reserved -= block.capacity());
    }

    static int sizeClass(long bytes) {
        if (bytes > (1L << 30)) {
            long rounded = (bytes + 4095) / 4096 * 4096;
            if (rounded > Integer.MAX_VALUE - 4096) {
                throw new OutOfTensorMemoryError("Cannot allocate tensor: bytes=" + bytes
                        + ", expected less than 2 GiB in one tensor; split it");
            }
            return (int) rounded;
        }
        int needed = (int) Math.max(bytes, SMALLEST);
        int step = Math.max(64, Integer.highestOneBit(needed - 1) / 4);
        return (needed + step - 1) / step * step;
    }
}
