// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.TaskKey;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AmLinkTest {
    private Command reply = Command.getDefaultInstance();
    private boolean masterLost;
    private long nowMillis;

    private final AmLink link = new AmLink(
            heartbeat -> {
                if (masterLost) {
                    throw new IOException("connection refused");
                }
                return reply;
            },
            TaskKey.getDefaultInstance(),
            TaskMetrics::getDefaultInstance,
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
