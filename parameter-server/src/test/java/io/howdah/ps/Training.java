// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A made-up model whose gradients span many exponents, so that a sum in another order shows. */
final class Training {
    static final ParameterTable TABLE = new ParameterTable(List.of(
            new ParameterSpec("embedding", Shape.of(40, 10), 1, 0),
            new ParameterSpec("hidden.weight", Shape.of(30, 9), 1, 1),
            new ParameterSpec("hidden.bias", Shape.of(9), 2, 0),
            new ParameterSpec("empty", Shape.of(0, 4), 1, 1),
            new ParameterSpec("output.weight", Shape.of(9, 15), 0.5, 1),
            new ParameterSpec("output.bias", Shape.of(15), 1, 0)));

    private Training() {}

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(String.valueOf(e.getMessage()), e);
        }
    }

    static List<Tensor> initialWeights() {
        List<Tensor> weights = new ArrayList<>();
        for (int i = 0; i < TABLE.size(); i++) {
            weights.add(tensor(DType.FLOAT32, values(1000 + i, i), i));
        }
        return weights;
    }

    /** Numbers of parameter {@code parameter} that depend on {@code seed} alone. */
    static float[] values(long seed, int parameter) {
        Random random = new Random(seed * 31 + parameter);
        float[] values = new float[(int) TABLE.specs().get(parameter).shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(24) - 12);
        }
        return values;
    }

    static Tensor tensor(DType dtype, float[] values, int parameter) {
        Tensor tensor = Tensor.zeros(dtype, TABLE.specs().get(parameter).shape());
        for (int i = 0; i < values.length; i++) {
            if (dtype == DType.FLOAT32) {
                tensor.buffer().putFloat(4 * i, values[i]);
            } else {
                boolean brain = dtype == DType.BFLOAT16;
                short bits = brain ? HalfFloats.toBfloat16(values[i]) : HalfFloats.toFloat16(values[i]);
                tensor.buffer().putShort(2 * i, bits);
            }
        }
        return tensor;
    }

    static long initialise(ParameterStore store) {
        return await(store.initialise(TABLE, initialWeights()));
    }

    /** The pushes of one logical worker in a random order. */
    static List<Push> pushes(long step, int logicalWorker, int attempt, Random random) {
        List<Push> pushes = new ArrayList<>();
        for (int parameter = 0; parameter < TABLE.size(); parameter++) {
            pushes.add(new Push(step, logicalWorker, attempt, parameter, 3 + logicalWorker, 1));
        }
        Collections.shuffle(pushes, random);
        return pushes;
    }

    static CompletableFuture<Void> push(ParameterStore store, Push push, DType dtype) {
        float[] values = values(push.step() * 100 + push.logicalWorker(), push.parameter());
        return store.push(push, tensor(dtype, values, push.parameter()));
    }

    static CompletableFuture<StepOutcome> finish(ParameterStore store, long step, int logicalWorker, int attempt) {
        return store.finish(new StepReport(step, logicalWorker, attempt, 3 + logicalWorker, 0.1 * logicalWorker, true));
    }

    /** All weights of version {@code version}, as bits. */
    static List<int[]> weights(ParameterStore store, long version) {
        List<int[]> all = new ArrayList<>();
        List<CompletableFuture<Long>> versions = new ArrayList<>();
        List<Tensor> tensors = new ArrayList<>();
        for (int parameter = 0; parameter < TABLE.size(); parameter++) {
            Tensor into =
                    Tensor.zeros(DType.FLOAT32, TABLE.specs().get(parameter).shape());
            tensors.add(into);
            versions.add(store.pull(parameter, version, into));
        }
        for (int parameter = 0; parameter < TABLE.size(); parameter++) {
            assertThat(await(versions.get(parameter))).isEqualTo(version);
            float[] floats = tensors.get(parameter).toFloats();
            int[] bits = new int[floats.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = Float.floatToRawIntBits(floats[i]);
            }
            all.add(bits);
        }
        return all;
    }

    static void assertSameBits(List<int[]> actual, List<int[]> expected, String description) {
        for (int parameter = 0; parameter < TABLE.size(); parameter++) {
            assertThat(actual.get(parameter))
                    .as(description + ", " + TABLE.specs().get(parameter).name())
                    .isEqualTo(expected.get(parameter));
        }
    }
}
