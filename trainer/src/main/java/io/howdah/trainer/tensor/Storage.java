// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A 64-byte-aligned block of off-heap memory, shared by a tensor and its views. Released explicitly, by the {@link
 * StepScope} it was allocated in, or at last by the garbage collector; any use afterwards throws.
 */
final class Storage {
    private static final Cleaner CLEANER = Cleaner.create();

    private final ByteBuffer block;
    private final long address;
    private final long bytes;
    private final Release release;
    private final Cleaner.Cleanable cleanable;

    /** Counts in-place writes, so that autograd notices a saved tensor that has changed. */
    private int version;

    private Storage(MemoryPool pool, long bytes) {
        this.block = pool.allocate(bytes);
        this.address = Memory.addressOf(block);
        this.bytes = bytes;
        this.release = new Release(pool, block);
        this.cleanable = CLEANER.register(this, release);
    }

    static Storage allocate(long bytes) {
        Storage storage = new Storage(MemoryPool.shared(), bytes);
        StepScope.register(storage);
        return storage;
    }

    /** Address of the first byte, for as long as the caller keeps this object reachable. */
    long address() {
        checkLive();
        return address;
    }

    /** The bytes as a buffer of their own position and limit. */
    ByteBuffer buffer(long offset, long length) {
        checkLive();
        return block.slice(Math.toIntExact(offset), Math.toIntExact(length)).order(block.order());
    }

    long bytes() {
        return bytes;
    }

    int version() {
        return version;
    }

    void bumpVersion() {
        version++;
    }

    boolean isReleased() {
        return release.done.get();
    }

    void release() {
        release.explicit = true;
        cleanable.clean();
    }

    private void checkLive() {
        if (isReleased()) {
            throw new IllegalStateException("Cannot use tensor: its storage of " + bytes
                    + " bytes was released, expected a live one; keep() it past the scope that made it");
        }
    }

    /** Must not refer to the storage, or it would never become unreachable. */
    private static final class Release implements Runnable {
        private final MemoryPool pool;
        private final ByteBuffer block;
        private final AtomicBoolean done = new AtomicBoolean();
        private volatile boolean explicit;

        Release(MemoryPool pool, ByteBuffer block) {
            this.pool = pool;
            this.block = block;
        }

        @Override
        public void run() {
            if (done.compareAndSet(false, true)) {
                if (explicit) {
                    pool.release(block);
                } else {
                    pool.releaseUnreachable(block);
                }
            }
        }
    }
}
