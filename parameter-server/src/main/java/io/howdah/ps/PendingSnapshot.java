// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.Snapshot;
import io.howdah.trainer.checkpoint.BlobInfo;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A snapshot that every server writes its part of. */
final class PendingSnapshot {
    private final CompletableFuture<List<BlobInfo>> future;
    private final Snapshot request;
    private final int servers;
    private final SortedMap<Integer, BlobInfo> blobs = new TreeMap<>();

    PendingSnapshot(CompletableFuture<List<BlobInfo>> future, Snapshot request, int servers) {
        this.future = future;
        this.request = request;
        this.servers = servers;
    }

    CompletableFuture<List<BlobInfo>> future() {
        return future;
    }

    /** What every server is asked. */
    Snapshot request() {
        return request;
    }

    /** True if server {@code server} has not answered yet. */
    boolean awaits(int server) {
        return !blobs.containsKey(server);
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
