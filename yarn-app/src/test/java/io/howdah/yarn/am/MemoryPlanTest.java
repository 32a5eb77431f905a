// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.yarn.config.JobConfiguration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 99, 369, 1000, 5000, 200_001})
    void theSmallestContainerForAHeapHasIt(int heapMb) {
        for (double share : new double[] {0.35, 0.7, 0.8}) {
            int container = (int) MemoryPlan.containerMbFor(heapMb, share);
            assertThat(MemoryPlan.of(container, share).heapMb()).isGreaterThanOrEqualTo(heapMb);
            assertThat(MemoryPlan.of(container - 1, share).heapMb()).isLessThan(heapMb);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {384, 512, 777, 1024, 4096, 65536})
    void partsAddUpToWhatYarnIsAskedFor(int containerMb) {
        for (double share : new double[] {0.35, 0.7, 0.8}) {
            MemoryPlan plan = MemoryPlan.of(containerMb, share);
            assertThat(plan.heapMb() + plan.directMb() + plan.metaspaceMb() + plan.codeCacheMb() + plan.nativeMb())
                    .isEqualTo(containerMb);
            assertThat(plan.heapMb()).isPositive();
            assertThat(plan.poolMb()).isPositive().isLessThanOrEqualTo(plan.directMb());
        }
    }

    /** Rows of tables, which fill what the collector keeps old objects in, and nothing else. */
    @Test
    void serversKeepNearlyAllOfTheirHeapForWhatStays() {
        for (String container : List.of("384", "768", "8192", "65536")) {
            Configuration hadoop = new Configuration(false);
            hadoop.set("howdah.server.memory.mb", container);
            MemoryPlan plan = Role.SERVER.memory(JobConfiguration.parse(hadoop));
            assertThat(plan.youngMb()).isPositive().isLessThanOrEqualTo(Math.min(64, plan.heapMb() / 3));
            assertThat(plan.options()).contains("-Xmn" + plan.youngMb() + "m");
        }
        assertThat(MemoryPlan.of(1024, 0.35).options()).noneMatch(option -> option.startsWith("-Xmn"));
    }
}
