// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * A block that somebody uses. It comes back to its pool when it is released, or, as backstop, once the garbage collector
 * finds its owner unreachable. All but {@link #isReleased} belongs to the pool, under its lock.
 */
final class Allocation extends PhantomReference<Object> {
    private final MemoryPool pool;
    private final Block block;
    private final @Nullable AllocationSite site;
    private @Nullable Allocation previous;
    private @Nullable Allocation next;
    private volatile boolean released;

    Allocation(
            MemoryPool pool, Object owner, ReferenceQueue<Object> queue, Block block, @Nullable AllocationSite site) {
        super(owner, queue);
        this.pool = pool;
        this.block = block;
        this.site = site;
    }

    Block block() {
        return block;
    }

    /** Where it was allocated, of large blocks. */
    @Nullable
    AllocationSite site() {
        return site;
    }

    @Nullable
    Allocation next() {
        return next;
    }

    boolean isReleased() {
        return released;
    }

    /** Gives the block back to the pool; again does nothing. */
    void release() {
        pool.release(this);
    }

    void markReleased() {
        released = true;
        clear();
    }

    /** Makes this the first of a list; returns it. */
    Allocation link(@Nullable Allocation first) {
        next = first;
        if (first != null) {
            first.previous = this;
        }
        return this;
    }

    /** Takes this out of the list that starts at {@code first}; returns the new start. */
    @Nullable
    Allocation unlink(@Nullable Allocation first) {
        Allocation after = next;
        Allocation before = previous;
        if (after != null) {
            after.previous = before;
        }
        if (before != null) {
            before.next = after;
        }
        next = null;
        previous = null;
        return before == null ? after : first;
    }
}
