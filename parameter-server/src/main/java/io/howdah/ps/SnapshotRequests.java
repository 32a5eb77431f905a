// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.RequestFailed;
import io.howdah.ps.proto.Snapshot;
import io.howdah.ps.proto.SnapshotWritten;
import io.howdah.ps.wire.Connection;
import io.howdah.ps.wire.FrameType;
import io.howdah.trainer.sync.StepOutcome;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** Answers requests for snapshots; the ends of steps wait while one is written. On the transport's thread. */
final class SnapshotRequests {
    private final ServerPlace place;
    private final SnapshotFiles files;
    private final Consumer<StepOutcome> apply;
    private int inProgress;
    private final ArrayDeque<StepOutcome> postponed = new ArrayDeque<>();

    /** @param apply ends a step */
    SnapshotRequests(ServerPlace place, SnapshotFiles files, Consumer<StepOutcome> apply) {
        this.place = place;
        this.files = files;
        this.apply = apply;
    }

    /** Applies {@code outcome} as soon as no snapshot needs the weights as they are. */
    void applyWhenIdle(StepOutcome outcome) {
        if (inProgress > 0) {
            postponed.add(outcome);
        } else {
            apply.accept(outcome);
        }
    }

    /** Writes the snapshot that {@code request} asks for, whose version is published. */
    void write(Connection connection, Snapshot request, ServedModel model) {
        long version = model.shard().version();
        if (!model.shard().isAt(request.getVersion())) {
            refuse(
                    connection,
                    request,
                    "Cannot write snapshot: version=" + request.getVersion() + ", expected " + version
                            + "; ask for it before contributing to that step");
            return;
        }
        inProgress++;
        files.write(model.shard(), model.scaler(), request.getSet(), (blob, problem) -> {
            inProgress--;
            if (blob == null) {
                refuse(connection, request, place + ": " + problem);
            } else {
                connection.send(
                        FrameType.SNAPSHOT_WRITTEN,
                        SnapshotWritten.newBuilder()
                                .setRequest(request.getRequest())
                                .setBlob(blob.name())
                                .setBytes(blob.bytes())
                                .setCrc32C(blob.crc32c())
                                .build());
            }
            while (inProgress == 0 && !postponed.isEmpty()) {
                apply.accept(postponed.remove());
            }
        });
    }

    private static void refuse(Connection connection, Snapshot request, String reason) {
        connection.send(
                FrameType.REQUEST_FAILED,
                RequestFailed.newBuilder()
                        .setRequest(request.getRequest())
                        .setReason(reason)
                        .build());
    }
}
