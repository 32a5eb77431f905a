// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Scatter;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Reads and writes elements at indices along one dimension. */
final class Gathering {
    private Gathering() {}

    static void gather(Tensor in, int dimension, Tensor index, Tensor out) {
        int bytes = in.dtype().bytes();
        long jump = jump(in, dimension);
        Strided.inParallel(
                (addresses, steps, count) -> {
                    for (long i = 0; i < count; i++) {
                        long place = Memory.getLong(addresses[1] + i * steps[1]);
                        long from = addresses[0] + i * steps[0] + place * jump;
                        Copying.element(bytes, from, addresses[2] + i * steps[2]);
                    }
                },
                still(in, dimension, index.shape()),
                index,
                out);
    }

    static void scatter(Scatter function, Tensor target, int dimension, Tensor index, Tensor source) {
        Tensor part = source.subview(index.shape(), source.strides(), 0);
        if (function != Scatter.SET && Pointwise.isSingle(target) && target.dtype() != DType.FLOAT32) {
            try (Tensor wide = Tensor.empty(DType.FLOAT32, target.shape());
                    Tensor wideSource = Tensor.empty(DType.FLOAT32, part.shape())) {
                Conversion.convert(target, wide);
                Conversion.convert(part, wideSource);
                scatter(function, wide, dimension, index, wideSource);
                Conversion.convert(wide, target);
            }
            return;
        }
        long jump = jump(target, dimension);
        Strided.forEachRun(
                (addresses, steps, count) -> {
                    for (long i = 0; i < count; i++) {
                        long place = Memory.getLong(addresses[1] + i * steps[1]);
                        long to = addresses[0] + i * steps[0] + place * jump;
                        write(function, target.dtype(), addresses[2] + i * steps[2], to);
                    }
                },
                still(target, dimension, index.shape()),
                index,
                part);
    }

    private static void write(Scatter function, DType dtype, long from, long to) {
        if (function == Scatter.SET) {
            Copying.element(dtype.bytes(), from, to);
        } else if (dtype == DType.FLOAT32) {
            float value = Memory.getFloat(from);
            float old = Memory.getFloat(to);
            Memory.putFloat(to, function == Scatter.ADD ? old + value : old * value);
        } else if (dtype == DType.FLOAT64) {
            double value = Memory.getDouble(from);
            double old = Memory.getDouble(to);
            Memory.putDouble(to, function == Scatter.ADD ? old + value : old * value);
        } else {
            long value = Elements.getLong(dtype, from);
            long old = Elements.getLong(dtype, to);
            Elements.putLong(dtype, to, function == Scatter.ADD ? old + value : old * value);
        }
    }

    /** A view of the shape of the index that stays at the start of the indexed dimension. */
    private static Tensor still(Tensor tensor, int dimension, Shape shape) {
        long[] strides = tensor.strides();
        if (strides.length > 0) {
            strides[dimension < 0 ? dimension + strides.length : dimension] = 0;
        }
        return tensor.subview(shape, strides, 0);
    }

    /** Bytes between neighbours in the indexed dimension. */
    private static long jump(Tensor tensor, int dimension) {
        return tensor.shape().rank() == 0
                ? 0
                : tensor.stride(dimension) * tensor.dtype().bytes();
    }
}
