// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.yarn.umbilical.proto.TaskMetrics;
import org.jspecify.annotations.Nullable;

/** What the ApplicationMaster knows of one task; used by its event thread alone. */
final class TaskRecord {
    /** Stages of a task, in order. */
    enum Stage {
        REQUESTED,
        LAUNCHED,
        REGISTERED,
        DONE,
        ENDED
    }

    final TaskId id;
    Stage stage = Stage.REQUESTED;

    @Nullable
    String containerId;

    String host = "";
    int port;
    int copyPort;
    int attempt;
    int failures;
    long requestId;
    long requestedMillis;
    long lastHeardMillis;
    TaskMetrics metrics = TaskMetrics.getDefaultInstance();

    TaskRecord(TaskId id) {
        this.id = id;
    }

    /** Another process is to take this task's place. */
    void replace(long newRequestId, long nowMillis) {
        attempt++;
        requestId = newRequestId;
        requestedMillis = nowMillis;
        stage = Stage.REQUESTED;
        containerId = null;
        host = "";
        port = 0;
        copyPort = 0;
    }

    boolean holdsContainer() {
        return containerId != null && stage != Stage.ENDED;
    }

    /** Goes on to {@code later}; a task that is further already stays, since events may overtake each other. */
    void advance(Stage later) {
        if (!isAtLeast(later)) {
            stage = later;
        }
    }

    boolean isAtLeast(Stage other) {
        return stage.compareTo(other) >= 0;
    }
}
