// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.engine.Products;
import io.howdah.yarn.config.JobConfiguration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskMemoryTest {
    private static final long MODEL = 40L << 20;

    private static TaskMemory memory(long draftBytes, String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return TaskMemory.of(MODEL, draftBytes, Config.parse(JobConfiguration.KEYS, values));
    }

    @Test
    void theHeapHoldsWeightsAndCaches() {
        // 192 and 64 of its own, 1.6 · 40 for the weights, 256 for the cache.
        assertThat(memory(0).heapMb()).isEqualTo(192 + 64 + 64 + 256);
        assertThat(memory(0, "howdah.decode.precision", "fp32").heapMb()).isEqualTo(192 + 64 + 84 + 256);
        assertThat(memory(0, "howdah.decode.cache.mb", "1000").heapMb()).isEqualTo(192 + 64 + 64 + 1000);
        assertThat(memory(0, "howdah.decode.drafter", "ngram")).isEqualTo(memory(0));
        assertThat(memory(MODEL / 4, "howdah.decode.drafter", "model").heapMb()).isEqualTo(192 + 64 + 80 + 256 + 128);
    }

    @Test
    void directMemoryHoldsTheWeightsTwiceWhileTheyAreRead() {
        assertThat(memory(0).directMb()).isEqualTo(48 + 2 * 40 + 10 + 16);
        assertThat(TaskMemory.tensorBytes(MODEL, Products.VECTOR)).isEqualTo((2 * 40 + 10 + 16L) << 20);
    }

    @Test
    void directMemoryHoldsOneDnnsWeightsToo() {
        TaskMemory memory = memory(0, "howdah.decode.products", "onednn");
        assertThat(memory.heapMb()).isEqualTo(memory(0).heapMb());
        assertThat(memory.directMb()).isEqualTo(memory(0).directMb() + 96 + 2 * 24);
        assertThat(TaskMemory.tensorBytes(MODEL, Products.ONEDNN)).isEqualTo((2 * 40 + 10 + 16L + 2 * 24) << 20);
        TaskMemory both = memory(MODEL / 4, "howdah.decode.products", "onednn");
        assertThat(both.directMb()).isEqualTo(memory.directMb() + 6);
    }

    @Test
    void thePartsAddUpAndMoreGoesToTheHeap() {
        TaskMemory memory = memory(0);
        assertThat(memory.containerMb()).isEqualTo(memory.heapMb() + memory.directMb() + 96 + 64 + 112);
        assertThat(memory.options())
                .contains("-Xmx" + memory.heapMb() + "m", "-XX:MaxDirectMemorySize=" + memory.directMb() + "m");
        TaskMemory larger = memory.in(4096);
        assertThat(larger.containerMb()).isEqualTo(4096);
        assertThat(larger.directMb()).isEqualTo(memory.directMb());
    }
}
