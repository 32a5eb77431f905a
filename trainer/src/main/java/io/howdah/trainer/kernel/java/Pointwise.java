// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Elementwise kernels. Functions are computed in binary64 and rounded once to the dtype. */
final class Pointwise {
    private Pointwise() {}

    static void unary(Unary function, Tensor in, Tensor out) {
        map(Functions.of(function), in, out);
    }

    static void unaryGrad(Unary function, Tensor in, Tensor gradOut, Tensor out) {
        DoubleUnaryOperator derivative = Functions.derivativeOf(function);
        combine((x, gradient) -> gradient * derivative.applyAsDouble(x), in, gradOut, out);
    }

    static void binary(Binary function, Tensor a, Tensor b, Tensor out) {
        combine(Functions.of(function), a, b, out);
    }

    static void scale(Tensor a, double factor, double term, Tensor out) {
        map(x -> x * factor + term, a, out);
    }

    private static void map(DoubleUnaryOperator function, Tensor in, Tensor out) {
        if (out.dtype() == DType.FLOAT64) {
            Strided.forEachRun(
                    (addresses, steps, count) -> {
                        for (long i = 0; i < count; i++) {
                            double x = Memory.getDouble(addresses[0] + i * steps[0]);
                            Memory.putDouble(addresses[1] + i * steps[1], function.applyAsDouble(x));
                        }
                    },
                    in,
                    out);
        } else {
            Strided.forEachRun(
                    (addresses, steps, count) -> {
                        for (long i = 0; i < count; i++) {
                            float x = Memory.getFloat(addresses[0] + i * steps[0]);
                            Memory.putFloat(addresses[1] + i * steps[1], (float) function.applyAsDouble(x));
                        }
                    },
                    in,
                    out);
        }
    }

    private static void combine(DoubleBinaryOperator function, Tensor a, Tensor b, Tensor out) {
        if (out.dtype() == DType.FLOAT64) {
            Strided.forEachRun(
                    (addresses, steps, count) -> {
                        for (long i = 0; i < count; i++) {
                            double x = Memory.getDouble(addresses[0] + i * steps[0]);
                            double y = Memory.getDouble(addresses[1] + i * steps[1]);
                            Memory.putDouble(addresses[2] + i * steps[2], function.applyAsDouble(x, y));
                        }
                    },
                    a,
                    b,
                    out);
        } else {
            Strided.forEachRun(
                    (addresses, steps, count) -> {
                        for (long i = 0; i < count; i++) {
                            float x = Memory.getFloat(addresses[0] + i * steps[0]);
                            float y = Memory.getFloat(addresses[1] + i * steps[1]);
                            Memory.putFloat(addresses[2] + i * steps[2], (float) function.applyAsDouble(x, y));
                        }
                    },
                    a,
                    b,
                    out);
        }
    }
}
