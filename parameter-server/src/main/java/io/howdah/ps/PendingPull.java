// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Pull;
import io.howdah.ps.proto.Pulled;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A pull whose pieces are read into the caller's tensor as they come. */
final class PendingPull {
    private final CompletableFuture<Long> future;
    private final ByteBuffer into;
    private final long offset;
    private final int elementBytes;
    private final Map<Integer, Pull> missing = new HashMap<>();
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
    }

    CompletableFuture<Long> future() {
        return future;
    }

    /** Expects all of {@code pull} from server {@code server}. */
    void expect(int server, Pull pull) {
        missing.put(server, pull);
    }

    /** What is to come from server {@code server} yet; null if nothing is. */
    @Nullable
    Pull missing(int server) {
        return missing.get(server);
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

    /** Counts a piece that has arrived, the next of its server; returns true if it was the last one of all. */
    boolean arrived(int server, Pulled piece) {
        Pull pull = missing.get(server);
        if (pull == null || piece.getFrom() != pull.getFrom()) {
            throw new IllegalArgumentException("Cannot read weights: from=" + piece.getFrom() + " to=" + piece.getTo()
                    + " of server " + server + ", expected the next piece of what was asked for");
        }
        version = Math.min(version, piece.getVersion());
        if (piece.getTo() == pull.getTo()) {
            missing.remove(server);
        } else {
            missing.put(server, pull.toBuilder().setFrom(piece.getTo()).build());
        }
        return missing.isEmpty();
    }

    /** The oldest version among the pieces. */
    long version() {
        return version;
    }
}
