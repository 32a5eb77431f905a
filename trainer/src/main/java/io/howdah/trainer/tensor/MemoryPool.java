// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recycles off-heap blocks by size class (sixteen per power of two, so at most a sixteenth of a block is unused) within a
 * byte budget. First touch of fresh memory costs more than most kernels, hence the recycling. Safe for concurrent use.
 *
 * <p>Blocks whose owners nobody can reach any more are taken back at the next allocation after the garbage collector
 * has found them; where the budget is used up, the collector is asked to look.
 */
public final class MemoryPool {
    private static final int LARGEST = Integer.MAX_VALUE - 4095;

    /** Distance of small classes, which is what blocks are aligned to. */
    private static final int ALIGNMENT_LOG = 6;

    /** Classes of small blocks, and of each power of two above them. */
    private static final int STEPS_LOG = 4;

    private static final int STEPS = 1 << STEPS_LOG;
    private static final int SMALL_LOG = ALIGNMENT_LOG + STEPS_LOG;
    private static final int CLASSES = (1 + 31 - SMALL_LOG) * STEPS;
    private static final long COLLECTOR_PATIENCE_MS = 200;
    private static final MemoryPool SHARED = new MemoryPool(Long.MAX_VALUE);

    private final List<List<Block>> free = new ArrayList<>(CLASSES);
    private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
    private @Nullable Allocation first;
    private long budget;
    private long reserved;
    private long used;
    private long peakUsed;
    private long allocations;
    private long releases;
    private long backstopFrees;
    private long backstopBytes;

    /** @param budget most bytes that the pool may take from the operating system */
    public MemoryPool(long budget) {
        this.budget = budget;
        for (int i = 0; i < CLASSES; i++) {
            free.add(new ArrayList<>());
        }
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

    /** The most bytes that were in use at once since {@link #resetPeak}, or ever. */
    public synchronized long peakUsedBytes() {
        return peakUsed;
    }

    /** Lets {@link #peakUsedBytes} begin again at what is in use now. */
    public synchronized void resetPeak() {
        peakUsed = used;
    }

    /** Bytes taken from the operating system, used or waiting to be reused. */
    public synchronized long reservedBytes() {
        return reserved;
    }

    public synchronized long budgetBytes() {
        return budget;
    }

    /** How many blocks were handed out so far. */
    public synchronized long allocations() {
        return allocations;
    }

    /** How many blocks were released so far, not counting {@link #backstopFrees}. */
    public synchronized long releases() {
        return releases;
    }

    /** How many blocks came back only because the garbage collector found them unreachable; zero in a well-kept loop. */
    public synchronized long backstopFrees() {
        reclaim();
        return backstopFrees;
    }

    /** Bytes that were handed out and not released, whether or not the garbage collector has found some of them. */
    synchronized long unreleasedBytes() {
        return used + backstopBytes;
    }

    /**
     * A block of at least {@code bytes}, until it is released or {@code owner} is unreachable.
     *
     * @throws OutOfTensorMemoryError if the budget, or the JVM's direct memory, does not suffice
     */
    Allocation allocate(Object owner, long bytes) {
        int place = sizeClass(bytes);
        AllocationSite site = AllocationSite.of(bytes);
        synchronized (this) {
            reclaim();
            Block block = block(place, bytes);
            Allocation allocation = new Allocation(this, owner, unreachable, block, site);
            first = allocation.link(first);
            allocations++;
            used += block.size();
            peakUsed = Math.max(peakUsed, used);
            return allocation;
        }
    }

    synchronized void release(Allocation allocation) {
        if (takeBack(allocation)) {
            releases++;
        }
    }

    private boolean takeBack(Allocation allocation) {
        if (allocation.isReleased()) {
            return false;
        }
        allocation.markReleased();
        first = allocation.unlink(first);
        Block block = allocation.block();
        used -= block.size();
        free.get(sizeClass(block.size())).add(block);
        return true;
    }

    /** Takes back what the garbage collector has found. */
    private void reclaim() {
        for (Reference<?> found = unreachable.poll(); found != null; found = unreachable.poll()) {
            backstop(found);
        }
    }

    private void backstop(Reference<?> found) {
        if (takeBack((Allocation) found)) {
            backstopFrees++;
            backstopBytes += ((Allocation) found).block().size();
        }
    }

    private Block block(int place, long bytes) {
        Block present = reused(place);
        if (present != null) {
            return present;
        }
        Block fresh = fresh(sizeOf(place));
        if (fresh == null) {
            collect();
            present = reused(place);
            fresh = present != null ? present : fresh(sizeOf(place));
        }
        if (fresh == null) {
            throw new OutOfTensorMemoryError("Cannot allocate tensor: bytes=" + bytes + " used=" + used + " budget="
                    + (budget == Long.MAX_VALUE ? "the JVM's direct memory" : budget)
                    + ", expected to fit the budget; lower the batch size or ask for a larger container. Largest"
                    + " users: " + AllocationSite.largest(first));
        }
        return fresh;
    }

    private @Nullable Block reused(int place) {
        List<Block> blocks = free.get(place);
        return blocks.isEmpty() ? null : blocks.remove(blocks.size() - 1);
    }

    /** A new block, for which unused ones of other classes go if need be; null where it does not fit. */
    private @Nullable Block fresh(int size) {
        for (int place = CLASSES - 1; place >= 0 && reserved + size > budget; place--) {
            drop(free.get(place), reserved + size - budget);
        }
        if (reserved + size > budget) {
            return null;
        }
        Block block = direct(size);
        if (block == null) {
            free.forEach(blocks -> drop(blocks, Long.MAX_VALUE));
            block = direct(size);
        }
        reserved += block == null ? 0 : size;
        return block;
    }

    private static @Nullable Block direct(int size) {
        try {
            return Block.allocate(size);
        } catch (OutOfMemoryError e) {
            return null;
        }
    }

    /** Lets the JVM have unused blocks of {@code bytes} together. */
    private void drop(List<Block> blocks, long bytes) {
        long left = bytes;
        while (left > 0 && !blocks.isEmpty()) {
            Block block = blocks.remove(blocks.size() - 1);
            reserved -= block.size();
            left -= block.size();
        }
    }

    /** Has the garbage collector find owners that nobody reaches. */
    private void collect() {
        System.gc();
        try {
            Reference<?> found = unreachable.remove(COLLECTOR_PATIENCE_MS);
            while (found != null) {
                backstop(found);
                found = unreachable.remove(COLLECTOR_PATIENCE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Number of the class of blocks that {@code bytes} come from. */
    static int sizeClass(long bytes) {
        if (bytes > LARGEST) {
            throw new OutOfTensorMemoryError(
                    "Cannot allocate tensor: bytes=" + bytes + ", expected less than 2 GiB in one tensor; split it");
        }
        int last = (int) Math.max(0, bytes - 1);
        if (last < 1 << SMALL_LOG) {
            return last >> ALIGNMENT_LOG;
        }
        int log = 31 - Integer.numberOfLeadingZeros(last);
        int step = last - (1 << log) >> log - STEPS_LOG;
        return (1 + log - SMALL_LOG) * STEPS + step;
    }

    /** Bytes of the blocks of a class. */
    static int sizeOf(int place) {
        if (place < STEPS) {
            return place + 1 << ALIGNMENT_LOG;
        }
        int log = place / STEPS - 1 + SMALL_LOG;
        long size = (1L << log) + (place % STEPS + 1L << log - STEPS_LOG);
        return (int) Math.min(size, LARGEST);
    }
}
