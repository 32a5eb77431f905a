// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.checkpoint.BlobInfo;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A snapshot that every server writes its part of. */
final class PendingSnapshot {
    private final CompletableFuture<List<BlobInfo>> future;
    private final int servers;
    private final SortedMap<Integer, BlobInfo> blobs = new TreeMap<>();

    PendingSnapshot(CompletableFuture<List<BlobInfo>> future, int servers) {
        this.future = future;
        this.servers = servers;
    }

    CompletableFuture<List<BlobInfo>> future() {
        return future;
    }

    /** Takes a server's blob; returns true if it was the last one. */
    boolean written(int server, BlobInfo blob) {
        blobs.put(server, blob);
        return blobs.size() == servers;
    }

    /** The blobs in order of server. */
    List<BlobInfo> blobs() {
        return List.copyOf(blobs.values());
    }
}
