// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A made-up model whose gradients depend on step, logical worker and weights alone and span many exponents, so that a sum in
 * another order shows. In some steps one logical worker's gradient is not finite.
 */
final class Workload {
    private static final int CHUNK_ELEMENTS = 64;
    private static final int MOST_SKIPS = 1000;
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private final long seed;
    private final SyncSettings settings;
    private final ParameterTable table;
    private final SparseWorkload sparse;

    /**
     * One logical worker's part of a step.
     *
     * @param gradient all parameters end to end in the wire dtype, multiplied with the loss scale
     * @param rows gradients of each sparse table
     */
    record Slice(ByteBuffer gradient, List<SparseWorkload.Rows> rows, long samples, double lossSum, boolean finite) {}

    Workload(Schedule schedule) {
        this.seed = mix(schedule.seed());
        SyncSettings sync = new SyncSettings(
                schedule.training().logicalWorkers(),
                schedule.training().gradientDtype(),
                schedule.training().weightDtype(),
                MOST_SKIPS,
                CHUNK_ELEMENTS,
                new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.1, 0.5),
                SparseWorkload.settings(schedule.seed()));
        this.settings = sync.with(schedule.consistency());
        List<ParameterSpec> parameters = List.of(
                new ParameterSpec("embedding", Shape.of(20, 8), 1, 0),
                new ParameterSpec("hidden.weight", Shape.of(8, 9), 1, 1),
                new ParameterSpec("hidden.bias", Shape.of(9), 2, 0),
                new ParameterSpec("empty", Shape.of(0, 4), 1, 1),
                new ParameterSpec("output", Shape.of(9, 7), 0.5, 1));
        int dense = (int) new ParameterTable(parameters).elements();
        this.sparse = new SparseWorkload(seed, schedule.training().tables(), dense);
        this.table = new ParameterTable(parameters, sparse.specs());
    }

    SyncSettings settings() {
        return settings;
    }

    ParameterTable table() {
        return table;
    }

    SparseWorkload sparse() {
        return sparse;
    }

    /** How many numbers a worker pulls: all parameters end to end, and after them the rows of all tables. */
    int elements() {
        return sparse.offset(sparse.specs().size());
    }

    /** Initial weights, all parameters end to end. */
    float[] initialWeights() {
        float[] weights = new float[(int) table.elements()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = value(mix(seed + i), -12, 2);
        }
        return weights;
    }

    /**
     * What logical worker {@code logicalWorker} contributes to step {@code step}.
     *
     * @param weights that it has pulled, rows included
     * @param spoilt 0, or anything else for a process that computes something wrong
     */
    Slice slice(long step, int logicalWorker, float[] weights, float lossScale, long spoilt) {
        long slice = mix(mix(seed ^ step) + logicalWorker);
        int luck = (int) (mix(slice) % 12);
        int infinite = luck == 0 ? 5 : luck == 1 ? sparse.offset(0) : -1;
        Gradients gradients = new Gradients(mix(slice + spoilt), weights, lossScale, infinite);
        int[] dense = IntStream.range(0, (int) table.elements()).toArray();
        ByteBuffer bytes = gradients.of(dense);
        List<SparseWorkload.Rows> rows = new ArrayList<>();
        for (int index = 0; index < sparse.specs().size(); index++) {
            rows.add(rows(index, slice, gradients));
        }
        return new Slice(bytes, rows, 1 + (slice >>> 1) % 5, (slice % 1000) * 0.1, gradients.finite);
    }

    private SparseWorkload.Rows rows(int index, long slice, Gradients gradients) {
        int[] touched = sparse.touched(index, slice);
        int width = sparse.specs().get(index).width();
        long[] all = sparse.ids(index);
        int[] elements = Arrays.stream(touched)
                .flatMap(row -> IntStream.range(0, width).map(i -> sparse.offset(index, row) + i))
                .toArray();
        long[] ids = Arrays.stream(touched).mapToLong(row -> all[row]).toArray();
        return new SparseWorkload.Rows(ids, gradients.of(elements));
    }

    /** The gradients of one slice by element; one of them may be infinite. */
    private final class Gradients {
        private final long key;
        private final float[] weights;
        private final float lossScale;
        private final int infinite;
        private boolean finite = true;

        Gradients(long key, float[] weights, float lossScale, int infinite) {
            this.key = key;
            this.weights = weights;
            this.lossScale = lossScale;
            this.infinite = infinite;
        }

        ByteBuffer of(int[] elements) {
            DType dtype = settings.gradientDtype();
            int lowest = dtype == DType.FLOAT16 ? -26 : -30;
            ByteBuffer bytes =
                    ByteBuffer.allocate(elements.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i : elements) {
                float gradient = i == infinite
                        ? Float.POSITIVE_INFINITY
                        : value(mix(key + i), lowest, 0) + weights[i] * 0x1p-10f;
                finite &= put(dtype, gradient * lossScale, bytes);
            }
            return bytes.flip();
        }
    }

    private static boolean put(DType dtype, float value, ByteBuffer into) {
        switch (dtype) {
            case BFLOAT16 -> {
                short bits = HalfFloats.toBfloat16(value);
                into.putShort(bits);
                return Float.isFinite(HalfFloats.fromBfloat16(bits));
            }
            case FLOAT16 -> {
                short bits = HalfFloats.toFloat16(value);
                into.putShort(bits);
                return Float.isFinite(HalfFloats.fromFloat16(bits));
            }
            default -> {
                into.putFloat(value);
                return Float.isFinite(value);
            }
        }
    }

    /** Weights of wire dtype {@code dtype} as numbers. */
    static void read(DType dtype, ByteBuffer bytes, float[] into, int start) {
        ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = start; little.hasRemaining(); i++) {
            into[i] = dtype == DType.BFLOAT16 ? HalfFloats.fromBfloat16(little.getShort()) : little.getFloat();
        }
    }

    /** A number whose exponent is any of [{@code lowest}, {@code highest}). */
    private static float value(long bits, int lowest, int highest) {
        float mantissa = 1 + (bits & 0x7fffff) * 0x1p-23f;
        int exponent = lowest + (int) ((bits >>> 24 & 0xffff) * (highest - lowest) >>> 16);
        return Math.scalb(bits < 0 ? -mantissa : mantissa, exponent);
    }

    private static long mix(long value) {
        long mixed = (value + GOLDEN) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 30)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
