// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.Shape;
import io.howdah.yarn.config.JobConfiguration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ServerMemoryTest {
    private static final ParameterTable TABLE = new ParameterTable(
            List.of(new ParameterSpec("dense", Shape.of(1 << 20), 1, 1)),
            List.of(new TableSpec("emb", 16, 1, 0.01), new TableSpec("lin", 1, 2, 0.01)));

    private static void check(String rows, String servers, String memory, String optimiser) throws JobFailedException {
        check(new Configuration(false), rows, servers, memory, optimiser);
    }

    private static void check(Configuration hadoop, String rows, String servers, String memory, String optimiser)
            throws JobFailedException {
        hadoop.set("howdah.table.expected.rows", rows);
        hadoop.set("howdah.server.count", servers);
        hadoop.set("howdah.server.memory.mb", memory);
        hadoop.set("howdah.table.optimiser", optimiser);
        ServerMemory.check(JobConfiguration.parse(hadoop), TABLE);
    }

    @Test
    void serversThatCannotHoldTheExpectedRowsAreRefusedWithWhatSuffices() throws JobFailedException {
        // 53.2 % of 10,000,000·1.01·(95 + 35) bytes, half of 16 MiB, and 224 MiB.
        assertThatThrownBy(() -> check("10000000", "2", "768", "rowwise-adagrad"))
                .isInstanceOf(JobFailedException.class)
                .hasMessage(
                        "Cannot train: howdah.server.memory.mb=768 leaves 369 MiB of heap, expected at least 899 MiB for"
                                + " howdah.table.expected.rows=10000000 in each of emb (95 bytes a row), lin (35 bytes a row) on 2"
                                + " servers; set howdah.server.memory.mb=1525 or raise howdah.server.count");
        check("10000000", "2", "1525", "rowwise-adagrad");
        assertThatThrownBy(() -> check("10000000", "2", "1524", "rowwise-adagrad"))
                .isInstanceOf(JobFailedException.class);
    }

    @Test
    void moreServersAndSmallerStateNeedLess() {
        assertThatCode(() -> check("10000000", "10", "768", "rowwise-adagrad")).doesNotThrowAnyException();
        assertThatThrownBy(() -> check("10000000", "10", "768", "sparse-adam"))
                .hasMessageContaining("emb (219 bytes a row)");
    }

    @Test
    void aBackupOfAnotherServerTakesAsMuchAgain() throws JobFailedException {
        Configuration hadoop = new Configuration(false);
        hadoop.set("howdah.ps.replication", "backup");
        // Twice what one copy takes, and 224 MiB once.
        assertThatThrownBy(() -> check(hadoop, "10000000", "2", "1525", "rowwise-adagrad"))
                .hasMessageContaining("expected at least 1573 MiB")
                .hasMessageContaining("on 2 servers, each the backup of another; set");
        check(hadoop, "10000000", "4", "1579", "rowwise-adagrad");
    }
}
