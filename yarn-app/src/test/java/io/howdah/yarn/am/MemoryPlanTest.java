// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static org.assertj.core.api.Assertions.assertThat;

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
}
