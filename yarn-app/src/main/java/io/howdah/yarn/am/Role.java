// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.Key;
import io.howdah.yarn.config.YarnKeys;
import java.util.Locale;

/** What a container is for: its size, its share of heap, and whether the job ends when all of its kind have ended. */
public enum Role {
    /** Parameters and rows stay as long as the process does. */
    SERVER(YarnKeys.SERVER_MEMORY, YarnKeys.SERVER_VCORES, YarnKeys.SERVER_OPTIONS, 0.7, Ending.WHEN_TOLD) {
        @Override
        public MemoryPlan memory(Config config) {
            return super.memory(config).withYoung(SERVER_YOUNG_MB);
        }
    },
    WORKER(YarnKeys.WORKER_MEMORY, YarnKeys.WORKER_VCORES, YarnKeys.WORKER_OPTIONS, 0.35, Ending.WHEN_DONE),
    EVALUATOR(YarnKeys.WORKER_MEMORY, YarnKeys.WORKER_VCORES, YarnKeys.WORKER_OPTIONS, 0.35, Ending.WHEN_DONE);

    /** Heap of a server for what is new, at most. */
    public static final int SERVER_YOUNG_MB = 64;

    /** Who decides that a task ends. */
    enum Ending {
        WHEN_TOLD,
        WHEN_DONE
    }

    private final Key<Long> memory;
    private final Key<Long> vcores;
    private final Key<String> options;
    private final double heapShare;
    private final Ending ending;

    Role(Key<Long> memory, Key<Long> vcores, Key<String> options, double heapShare, Ending ending) {
        this.memory = memory;
        this.vcores = vcores;
        this.options = options;
        this.heapShare = heapShare;
        this.ending = ending;
    }

    public int vcores(Config config) {
        return config.getInt(vcores);
    }

    public MemoryPlan memory(Config config) {
        return MemoryPlan.of(config.getInt(memory), heapShare);
    }

    /** Memory of the smallest container of this role whose heap has {@code heapMb}. */
    public long containerMbFor(long heapMb) {
        return MemoryPlan.containerMbFor(heapMb, heapShare);
    }

    /** Name of the key that sets the container's memory, for messages. */
    public String memoryKey() {
        return memory.name();
    }

    String javaOptions(Config config) {
        return config.get(options);
    }

    Ending ending() {
        return ending;
    }

    /** The role named {@code server}, {@code worker} or {@code evaluator}. */
    public static Role named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
