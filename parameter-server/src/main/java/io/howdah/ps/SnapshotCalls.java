// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.RequestFailed;
import io.howdah.ps.proto.Snapshot;
import io.howdah.ps.proto.SnapshotWritten;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.checkpoint.BlobInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A worker's calls for snapshots that not all servers have answered. On the transport's thread. */
final class SnapshotCalls {
    private final List<ServerLink> links;
    private final Map<Long, PendingSnapshot> pending = new LinkedHashMap<>();

    SnapshotCalls(List<ServerLink> links) {
        this.links = links;
    }

    /** Asks all servers for their parts. */
    void ask(long request, long version, String set, CompletableFuture<List<BlobInfo>> future) {
        Snapshot message = Snapshot.newBuilder()
                .setRequest(request)
                .setVersion(version)
                .setSet(set)
                .build();
        pending.put(request, new PendingSnapshot(future, message, links.size()));
        links.forEach(link -> link.send(FrameType.SNAPSHOT, message));
    }

    void written(ServerLink link, SnapshotWritten answer) {
        PendingSnapshot snapshot = pending.get(answer.getRequest());
        BlobInfo blob = new BlobInfo(answer.getBlob(), answer.getBytes(), answer.getCrc32C());
        if (snapshot != null && snapshot.written(link.server(), blob)) {
            pending.remove(answer.getRequest());
            snapshot.future().complete(snapshot.blobs());
        }
    }

    void refused(RequestFailed answer) {
        PendingSnapshot snapshot = pending.remove(answer.getRequest());
        if (snapshot != null) {
            snapshot.future().completeExceptionally(new IllegalStateException(answer.getReason()));
        }
    }

    /** Asks a server again for what it has not answered. */
    void resume(ServerLink link) {
        for (PendingSnapshot snapshot : pending.values()) {
            if (snapshot.awaits(link.server())) {
                link.send(FrameType.SNAPSHOT, snapshot.request());
            }
        }
    }

    /** Forgets all that waits. */
    void clear() {
        pending.clear();
    }
}
