// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import java.time.Duration;

/** Time as the protocol sees it: the transport's own, or a test's. */
public interface Timer {
    /** Nanoseconds since some fixed point. */
    long nanoTime();

    /** Runs {@code action} on the transport's thread once {@code delay} is over. */
    void after(Duration delay, Runnable action);
}
