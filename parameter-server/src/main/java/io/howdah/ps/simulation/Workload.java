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
import java.util.List;

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

    /**
     * One logical worker's part of a step.
     *
     * @param gradient all parameters end to end in the wire dtype, multiplied with the loss scale
     */
    record Slice(ByteBuffer gradient, long samples, double lossSum, boolean finite) {}

    Workload(Schedule schedule) {
        this.seed = mix(schedule.seed());
        SyncSettings sync = new SyncSettings(
                schedule.logicalWorkers(),
                schedule.gradientDtype(),
                schedule.weightDtype(),
                MOST_SKIPS,
                CHUNK_ELEMENTS,
                new Optimiser(new AdamW(0.9, 0.999, 1e-8), LearningRate.constant(0.01), 0.1, 0.5));
        this.settings = sync.with(schedule.consistency());
        this.table = new ParameterTable(List.of(
                new ParameterSpec("embedding", Shape.of(20, 8), 1, 0),
                new ParameterSpec("hidden.weight", Shape.of(8, 9), 1, 1),
                new ParameterSpec("hidden.bias", Shape.of(9), 2, 0),
                new ParameterSpec("empty", Shape.of(0, 4), 1, 1),
                new ParameterSpec("output", Shape.of(9, 7), 0.5, 1)));
    }

    SyncSettings settings() {
        return settings;
    }

    ParameterTable table() {
        return table;
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
     * @param weights that it has pulled
     * @param spoilt 0, or anything else for a process that computes something wrong
     */
    Slice slice(long step, int logicalWorker, float[] weights, float lossScale, long spoilt) {
        DType dtype = settings.gradientDtype();
        ByteBuffer bytes = ByteBuffer.allocate(weights.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        long slice = mix(mix(seed ^ step) + logicalWorker);
        long key = mix(slice + spoilt);
        boolean overflows = mix(slice) % 12 == 0;
        boolean finite = true;
        int lowest = dtype == DType.FLOAT16 ? -26 : -30;
        for (int i = 0; i < weights.length; i++) {
            float gradient = value(mix(key + i), lowest, 0) + weights[i] * 0x1p-10f;
            if (overflows && i == 5) {
                gradient = Float.POSITIVE_INFINITY;
            }
            finite &= put(dtype, gradient * lossScale, bytes);
        }
        return new Slice(bytes.flip(), 1 + (slice >>> 1) % 5, (slice % 1000) * 0.1, finite);
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
