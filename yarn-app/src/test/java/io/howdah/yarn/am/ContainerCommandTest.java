// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.JobConfiguration;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerCommandTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aProcessUsesTheCoresItWasGiven(int vcores) {
        Config config = Config.parse(JobConfiguration.KEYS, Map.of());
        ContainerCommand command = new ContainerCommand(new Configuration(false), config, List.of());
        assertThat(command.line("Main", MemoryPlan.of(1024, 0.5), vcores, "", List.of()))
                .contains(" -Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (vcores - 1) + " ");
        assertThat(command.environment(vcores)).containsEntry("OMP_NUM_THREADS", Integer.toString(vcores));
    }

    @Test
    void threadsSleepAtOnceUnlessAskedToLookOutForWork() {
        assertThat(environment(Map.of()))
                .containsEntry("OMP_WAIT_POLICY", "PASSIVE")
                .doesNotContainKey("GOMP_SPINCOUNT");
        assertThat(environment(Map.of("howdah.kernel.thread.wait", "brief")))
                .doesNotContainKey("OMP_WAIT_POLICY")
                .containsKey("GOMP_SPINCOUNT");
    }

    private static Map<String, String> environment(Map<String, String> settings) {
        Config config = Config.parse(JobConfiguration.KEYS, settings);
        return new ContainerCommand(new Configuration(false), config, List.of()).environment(2);
    }
}
