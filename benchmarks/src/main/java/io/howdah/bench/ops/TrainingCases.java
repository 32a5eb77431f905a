// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.ops;

import static io.howdah.bench.ops.OpTable.random;

import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.autograd.Gradients;
import io.howdah.trainer.ops.Activations;
import io.howdah.trainer.ops.Arithmetic;
import io.howdah.trainer.ops.Matrices;
import io.howdah.trainer.ops.Reductions;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What training adds: recording, backward and the update of weights. */
final class TrainingCases {
    private TrainingCases() {}

    private static final int WEIGHTS = 4 << 20;

    /** As many elements as a parameter server updates at a time. */
    private static final int CHUNK = 1 << 18;

    static void addTo(List<OpCase> cases) {
        add(cases, "adamw step", Integer.toString(WEIGHTS), 28.0 * WEIGHTS, TrainingCases::adam);
        add(cases, "adamw step, server", Integer.toString(WEIGHTS), 28.0 * WEIGHTS, TrainingCases::adamOfServer);
        add(cases, "tiny add, recorded", "16x16", 3 * 1024.0, () -> {
            Tensor a = Autograd.parameter(random(DType.FLOAT32, 16, 16));
            Tensor b = random(DType.FLOAT32, 16, 16);
            return () -> Arithmetic.add(a, b).close();
        });
        add(cases, "tiny forward+backward", "16x16, 4 ops", 4 * 1024.0, () -> {
            Tensor a = Autograd.parameter(random(DType.FLOAT32, 16, 16));
            Tensor b = random(DType.FLOAT32, 16, 16);
            return () -> {
                try (StepScope scope = StepScope.open()) {
                    Autograd.backward(Reductions.sum(Activations.relu(Arithmetic.add(Matrices.matmul(a, b), b))));
                }
            };
        });
    }

    /** The update that a parameter server makes. */
    private static Runnable adamOfServer() {
        int chunks = WEIGHTS / CHUNK;
        float[][] weights = chunks(chunks, 1);
        float[][] first = chunks(chunks, 2);
        float[][] second = chunks(chunks, 3);
        float[][] gradients = chunks(chunks, 4);
        AdamW rule = new AdamW(0.9, 0.999, 1e-8);
        long[] step = {0};
        return () -> {
            UpdateRule.Step now = new UpdateRule.Step(++step[0], 1e-3, 0.01);
            IntStream.range(0, chunks)
                    .parallel()
                    .forEach(i ->
                            rule.update(weights[i], new float[][] {first[i], second[i]}, gradients[i], 0, CHUNK, now));
        };
    }

    /** The optimiser of one process, on weights and gradients in tensors. */
    private static Runnable adam() {
        Tensor weights = Autograd.parameter(random(DType.FLOAT32, WEIGHTS));
        Gradients.set(weights, random(DType.FLOAT32, WEIGHTS));
        AdamW rule = new AdamW(0.9, 0.999, 1e-8);
        return LocalOptimiser.of(rule, Map.of("weights", weights), LearningRate.constant(1e-3), 0.01)::step;
    }

    private static float[][] chunks(int count, long seed) {
        Philox random = new Philox(seed, 0);
        float[][] chunks = new float[count][CHUNK];
        for (float[] chunk : chunks) {
            for (int i = 0; i < CHUNK; i++) {
                chunk[i] = (float) random.nextDouble();
            }
        }
        return chunks;
    }

    private static void add(List<OpCase> cases, String op, String shape, double work, Supplier<Runnable> prepare) {
        cases.add(new OpCase(new Row.Key(op, shape, "float32"), work, OpCase.BYTES, prepare));
    }
}
