// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.TaskKey;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AmLinkTest {
    private Command reply = Command.getDefaultInstance();
    private boolean masterLost;
    private long nowMillis;

    private final List<Assignment> reassigned = new ArrayList<>();
    private final AmLink link = new AmLink(
            heartbeat -> {
                if (masterLost) {
                    throw new IOException("connection refused");
                }
                return reply;
            },
            TaskKey.getDefaultInstance(),
            new AmLink.Own(TaskMetrics::getDefaultInstance, Map::of, reassigned::add),
            1000,
            () -> nowMillis);

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void waitsUntilToldToRun() {
        link.beat();
        assertThat(link.assignment()).isNotDone();
        reply = Command.newBuilder()
                .setKind(Command.Kind.RUN)
                .setAssignment(Assignment.newBuilder().setWorkers(5))
                .build();
        link.beat();
        assertThat(link.assignment()).isCompletedWithValueMatching(assignment -> assignment.getWorkers() == 5);
    }

    @Test
    void tellsOfLaterAssignmentsOnce() {
        reply = Command.newBuilder()
                .setKind(Command.Kind.RUN)
                .setAssignment(Assignment.newBuilder().setChange(1))
                .build();
        link.beat();
        link.beat();
        assertThat(reassigned).isEmpty();
        reply = reply.toBuilder()
                .setAssignment(Assignment.newBuilder().setChange(2))
                .build();
        link.beat();
        link.beat();
        assertThat(reassigned).containsExactly(reply.getAssignment());
    }

    @Test
    void stopBeforeRunEndsTheWait() {
        reply = Command.newBuilder()
                .setKind(Command.Kind.STOP)
                .setReason("killed")
                .build();
        link.beat();
        assertThat(link.assignment()).isCompletedExceptionally();
        assertThat(link.stopped()).isCompletedWithValue("killed");
    }

    @Test
    void toleratesAnAbsentMasterForTheGracePeriodOnly() {
        masterLost = true;
        nowMillis = 1000;
        link.beat();
        assertThat(link.orphaned()).isNotDone();
        masterLost = false;
        link.beat();
        masterLost = true;
        nowMillis = 2000;
        link.beat();
        assertThat(link.orphaned()).isNotDone();
        nowMillis = 2001;
        link.beat();
        assertThat(link.orphaned())
                .isCompletedWithValueMatching(reason -> reason.startsWith("Cannot reach the Application"));
    }
}
