// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import io.netty.util.internal.PlatformDependent;

/** How much of received bodies a process may hold, so that all connections together stay within its direct memory. */
public final class HeldMemory {
    private static final long MOST = 256L << 20;

    private HeldMemory() {}

    /**
     * The limit of one connection: half of the process's direct memory shared by all, at least two full bodies.
     *
     * @param connections most connections that hold bodies
     * @param bodyLimit most bytes of a body
     */
    public static long perConnection(int connections, int bodyLimit) {
        return limit(PlatformDependent.maxDirectMemory(), connections, bodyLimit);
    }

    /** Direct memory that connections of this process have taken, reserves included. */
    public static long directBytes() {
        return Math.max(0, PlatformDependent.usedDirectMemory());
    }

    static long limit(long directMemory, int connections, int bodyLimit) {
        return Math.max(2L * bodyLimit, Math.min(MOST, directMemory / 2 / connections));
    }
}
