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
import java.util.function.Predicate;

/** Answers requests for snapshots; the end of the open step waits while one is written. On the transport's thread. */
final class SnapshotRequests {
    private final ServerPlace place;
    private final SnapshotFiles files;
    private final Predicate<StepOutcome> mayEnd;
    private final Consumer<StepOutcome> apply;
    private final ArrayDeque<StepOutcome> postponed = new ArrayDeque<>();
    private int inProgress;

    /**
     * @param mayEnd whether something else holds a step's end back; {@link #drain} follows when it no longer does
     * @param apply ends a step
     */
    SnapshotRequests(
            ServerPlace place, SnapshotFiles files, Predicate<StepOutcome> mayEnd, Consumer<StepOutcome> apply) {
        this.place = place;
        this.files = files;
        this.mayEnd = mayEnd;
        this.apply = apply;
    }

    /** Applies {@code outcome} as soon as no snapshot needs the weights as they are. */
    void applyWhenIdle(StepOutcome outcome) {
        postponed.add(outcome);
        drain();
    }

    /** Holds back the end of the open step until {@link #release}. */
    void hold() {
        inProgress++;
    }

    /** What needed the weights as they are is done with them. */
    void release() {
        inProgress--;
        drain();
    }

    /** Ends what can end now. */
    void drain() {
        while (inProgress == 0 && !postponed.isEmpty() && mayEnd.test(postponed.element())) {
            apply.accept(postponed.remove());
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
        hold();
        files.write(model.shard(), model.scaler(), request.getSet(), (blob, problem) -> {
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
            release();
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
