// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A 64-byte-aligned block of off-heap memory, shared by a tensor and its views. Released explicitly, by the {@link
 * StepScope} it was allocated in, or at last by the garbage collector; any use afterwards throws.
 */
final class Storage {
    private final Allocation allocation;
    private final long address;
    private final long bytes;

    /** Of which this one is another way in; null for the memory's owner. */
    private final @Nullable Storage owner;

    /** What brings elements that are still on their way. */
    private volatile @Nullable Runnable arrival;

    /** The same elements in the dtype in which they come, as of {@link #twinVersion}. */
    private @Nullable Tensor twin;

    private int twinVersion;

    /** Counts in-place writes, so that autograd notices a saved tensor that has changed. */
    private int version;

    private @Nullable StepScope scope;
    private int scopePlace;

    /** How often the autograd graph has saved this storage. */
    private int saves;

    /** Whether nobody but the graph can refer to this storage, so that it goes with the last save. */
    private boolean hidden;

    private Storage(MemoryPool pool, long bytes) {
        this.allocation = pool.allocate(this, bytes);
        this.address = allocation.block().address();
        this.bytes = bytes;
        this.owner = null;
    }

    private Storage(Storage owner) {
        this.allocation = owner.allocation;
        this.address = owner.address;
        this.bytes = owner.bytes;
        this.owner = owner; // keeps it reachable, and with it the memory
    }

    static Storage allocate(long bytes) {
        Storage storage = new Storage(MemoryPool.shared(), bytes);
        StepScope.register(storage);
        return storage;
    }

    /** Address of the first byte, for as long as the caller keeps this object reachable. */
    long address() {
        checkLive();
        settle();
        return address;
    }

    /** The bytes as a buffer of their own position and limit. */
    ByteBuffer buffer(long offset, long length) {
        checkLive();
        settle();
        ByteBuffer block = allocation.block().bytes();
        return block.slice(Math.toIntExact(offset), Math.toIntExact(length)).order(block.order());
    }

    long bytes() {
        return bytes;
    }

    /** The same memory for whoever brings its elements: it is used without {@linkplain #expect waiting} for them. */
    Storage landing() {
        return new Storage(owner == null ? this : owner);
    }

    /** Has the next use of the memory run {@code newArrival} first; null for nothing. */
    void expect(@Nullable Runnable newArrival, @Nullable Tensor newTwin) {
        arrival = newArrival;
        twin = newTwin;
        twinVersion = version;
    }

    /** What holds the elements in another dtype, unless they were written since. */
    @Nullable
    Tensor twin() {
        return twinVersion == version ? twin : null;
    }

    /** Brings what is on its way. If that fails, so does every use from now on. */
    void settle() {
        if (arrival != null) {
            settleOnce();
        }
    }

    /** Apart and rare, so that the common case is small; threads of one kernel may come together. */
    private synchronized void settleOnce() {
        Runnable expected = arrival;
        if (expected != null) {
            expected.run();
            arrival = null;
        }
    }

    int version() {
        return version;
    }

    void bumpVersion() {
        version++;
    }

    @Nullable
    StepScope scope() {
        return scope;
    }

    int scopePlace() {
        return scopePlace;
    }

    void enter(StepScope newScope, int place) {
        this.scope = newScope;
        this.scopePlace = place;
    }

    void leaveScope() {
        this.scope = null;
    }

    void save() {
        saves++;
    }

    /** Ends one {@link #save}. */
    void unsave() {
        saves--;
        if (hidden && saves == 0) {
            StepScope.forget(this);
            release();
        }
    }

    /** Leaves a storage that the graph has saved to the graph; false where it has not. */
    boolean hide() {
        hidden = saves > 0;
        return hidden;
    }

    boolean isHidden() {
        return hidden;
    }

    boolean isReleased() {
        return allocation.isReleased();
    }

    void release() {
        allocation.release();
    }

    void checkLive() {
        if (isReleased()) {
            throw new IllegalStateException("Cannot use tensor: its storage of " + bytes
                    + " bytes was released, expected a live one; keep() it past the scope that made it");
        }
    }
}
