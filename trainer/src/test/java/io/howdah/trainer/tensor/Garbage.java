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
        // A reference that dies after all others is reported no earlier than they are.
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> last = new PhantomReference<>(new Object(), queue);
        System.gc();
        try {
            assertThat(queue.remove(PATIENCE_MS)).isSameAs(last);
            System.gc();
            PhantomReference<Object> again = new PhantomReference<>(new Object(), queue);
            System.gc();
            assertThat(queue.remove(PATIENCE_MS)).isSameAs(again);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return MemoryPool.shared().backstopFrees();
    }
}
