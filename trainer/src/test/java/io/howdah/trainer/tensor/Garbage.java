// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;

/** Takes back what earlier tests have left unreachable, so that a test sees its own tensors alone. */
public final class Garbage {
    private static final long PATIENCE_MS = 10_000;

    private Garbage() {}

    /** How many blocks the pool has taken back so far, once the garbage collector has found all there is. */
    public static long collect() {
        MemoryPool pool = MemoryPool.shared();
        long found;
        long before;
        do {
            before = pool.backstopFrees();
            // What was found may have kept more alive: the queue of a thread that is now ending, for one.
            collectOnce();
            collectOnce();
            found = pool.backstopFrees();
        } while (found != before);
        return found;
    }

    /**
     * Bytes that were allocated and not released. Unlike what the pool has in use, they do not change when the garbage
     * collector finds what another test has left.
     */
    public static long unreleasedBytes() {
        return MemoryPool.shared().unreleasedBytes();
    }

    private static void collectOnce() {
        // A reference that dies after all others is reported no earlier than they are.
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> last = new PhantomReference<>(new Object(), queue);
        System.gc();
        try {
            assertThat(queue.remove(PATIENCE_MS)).isSameAs(last);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
