// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Garbage;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Training takes no more memory after many steps than after a few: {@code -Dmemory.steps=2000} for many. */
class SteadyMemoryTest {
    private static final int STEPS = Integer.getInteger("memory.steps", 60);
    private static final int WARM_UP = 10;
    private static final long BATCH = 4;
    private static final int LENGTH = 32;

    private final Philox random = new Philox(3, 0);

    @Test
    void everyStepLeavesTheMemoryAsItWas() throws IOException {
        TinyGpt model = new TinyGpt(new TinyGpt.Sizes(64, LENGTH, 48, 2, 4), 0.1, 1);
        MemoryPool pool = MemoryPool.shared();
        double first = 0;
        double last = 0;
        long used = 0;
        long reserved = 0;
        long backstopFrees = 0;
        for (int step = 0; step < STEPS; step++) {
            last = step(model);
            if (step == 0) {
                first = last;
            } else if (step == WARM_UP) {
                backstopFrees = Garbage.collect();
                used = pool.usedBytes();
                reserved = pool.reservedBytes();
                System.out.println("step " + step + ": " + resident());
            } else if (step > WARM_UP) {
                assertThat(pool.usedBytes()).isLessThanOrEqualTo(used);
            }
        }
        assertThat(Garbage.collect()).isEqualTo(backstopFrees);
        System.out.println("step " + STEPS + ": " + resident());
        assertThat(pool.reservedBytes()).isEqualTo(reserved);
        assertThat(last).isLessThan(0.8 * first);
    }

    private double step(TinyGpt model) {
        try (StepScope scope = StepScope.open()) {
            Tensor ids = Tensor.empty(DType.INT64, Shape.of(BATCH, LENGTH));
            // Each token follows from the one before, so that there is something to learn.
            long[] token = {random.nextInt(64)};
            Elements.forEach(ids, address -> {
                Elements.put(DType.INT64, address, token[0]);
                token[0] = (token[0] * 5 + 3) % 64;
            });
            Tensor targets = Division.remainder(Arithmetic.add(Arithmetic.multiply(ids, 5), 3), 64);
            Tensor loss = model.loss(ids, targets);
            Autograd.backward(loss);
            model.descend(0.5);
            return loss.item();
        }
    }

    /** What the operating system counts for this process, where it says. */
    private static List<String> resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS") || line.startsWith("VmHWM"))
                        .toList()
                : List.of();
    }
}
