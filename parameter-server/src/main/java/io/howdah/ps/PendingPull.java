// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Pulled;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A pull whose pieces are read into the caller's tensor as they come. */
final class PendingPull {
    private final CompletableFuture<Long> future;
    private final ByteBuffer into;
    private final long offset;
    private final int elementBytes;
    private long missing;
    private long version = Long.MAX_VALUE;

    /**
     * @param into memory of the tensor
     * @param offset flat element that its first one is
     * @param elementBytes size of an element
     */
    PendingPull(CompletableFuture<Long> future, ByteBuffer into, long offset, int elementBytes) {
        this.future = future;
        this.into = into;
        this.offset = offset;
        this.elementBytes = elementBytes;
        this.missing = into.remaining() / elementBytes;
    }

    CompletableFuture<Long> future() {
        return future;
    }

    /** Where the elements of {@code piece} belong. */
    ByteBuffer destination(Pulled piece, int bytes) {
        long start = piece.getFrom() - offset;
        long end = piece.getTo() - offset;
        if (start < 0
                || end < start
                || end * elementBytes > into.remaining()
                || (end - start) * elementBytes != bytes) {
            throw new IllegalArgumentException("Cannot read weights: from=" + piece.getFrom() + " to=" + piece.getTo()
                    + " bytes=" + bytes + ", expected a part of what was asked for");
        }
        return into.slice((int) start * elementBytes, bytes);
    }

    /** Counts a piece that has arrived; returns true if it was the last one. */
    boolean arrived(Pulled piece) {
        missing -= piece.getTo() - piece.getFrom();
        version = Math.min(version, piece.getVersion());
        return missing == 0;
    }

    /** The oldest version among the pieces. */
    long version() {
        return version;
    }
}
