// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.JobConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobChecksTest {
    private static void checkReplication(String replication, String mode, String servers) throws JobFailedException {
        Config config = Config.parse(
                JobConfiguration.KEYS,
                Map.of("howdah.ps.replication", replication, "howdah.sync.mode", mode, "howdah.server.count", servers));
        JobChecks.checkReplication(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssp", "async"})
    void backupsAreRefusedWhereSlicesMoveTheWeights(String mode) {
        assertThatThrownBy(() -> checkReplication("backup", mode, "2"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith(
                        "Cannot train: howdah.ps.replication=backup howdah.sync.mode=" + mode + ", expected sync");
    }

    @Test
    void backupsAreRefusedOnOneServer() {
        assertThatThrownBy(() -> checkReplication("backup", "sync", "1"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith(
                        "Cannot train: howdah.ps.replication=backup howdah.server.count=1, expected at least 2 servers");
    }

    @Test
    void otherTrainingsAreLetThrough() {
        assertThatCode(() -> checkReplication("backup", "sync", "2")).doesNotThrowAnyException();
        assertThatCode(() -> checkReplication("none", "ssp", "1")).doesNotThrowAnyException();
        assertThatCode(() -> checkReplication("none", "async", "1")).doesNotThrowAnyException();
    }
}
