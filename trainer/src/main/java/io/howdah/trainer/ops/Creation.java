// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** New tensors without history. Those made of arrays are {@link Tensor#of}. */
public final class Creation {
    private Creation() {}

    /** Arbitrary elements. */
    public static Tensor empty(DType dtype, long... sizes) {
        return Tensor.empty(dtype, Shape.of(sizes));
    }

    public static Tensor zeros(DType dtype, long... sizes) {
        return Tensor.zeros(dtype, Shape.of(sizes));
    }

    public static Tensor ones(DType dtype, long... sizes) {
        return full(dtype, 1, sizes);
    }

    /** Every element is {@code value}, rounded to the dtype; bool: whether it is not 0. */
    public static Tensor full(DType dtype, double value, long... sizes) {
        Tensor tensor = Tensor.empty(dtype, Shape.of(sizes));
        Backends.current().fill(tensor, dtype == DType.BOOL && value != 0 ? 1 : value);
        return tensor;
    }

    /** Arbitrary elements, with shape and dtype of {@code x}. */
    public static Tensor emptyLike(Tensor x) {
        return Tensor.empty(x.dtype(), x.shape());
    }

    /** Zeros, with shape and dtype of {@code x}. */
    public static Tensor zerosLike(Tensor x) {
        return Tensor.zeros(x.dtype(), x.shape());
    }

    /** Ones, with shape and dtype of {@code x}. */
    public static Tensor onesLike(Tensor x) {
        return full(x.dtype(), 1, x.shape().sizes());
    }

    /** Every element is {@code value}, with shape and dtype of {@code x}. */
    public static Tensor fullLike(Tensor x, double value) {
        return full(x.dtype(), value, x.shape().sizes());
    }

    /** The int64 numbers 0, 1, … below {@code end}. */
    public static Tensor arange(long end) {
        return arange(0, end, 1);
    }

    /** The int64 numbers start, start + step, … before end. */
    public static Tensor arange(long start, long end, long step) {
        checkStep(start, end, step);
        long length = Math.max(0, (Math.abs(end - start) + Math.abs(step) - 1) / Math.abs(step));
        Tensor numbers = Tensor.empty(DType.INT64, Shape.of(length));
        for (long i = 0; i < length; i++) {
            Memory.putLong(numbers.address() + i * Long.BYTES, start + i * step);
        }
        return numbers;
    }

    /** The numbers start, start + step, … before end. */
    public static Tensor arange(DType dtype, double start, double end, double step) {
        checkStep(start, end, step);
        long length = (long) Math.ceil((end - start) / step);
        Tensor numbers = Tensor.empty(dtype, Shape.of(length));
        for (long i = 0; i < length; i++) {
            Elements.put(dtype, numbers.address() + i * dtype.bytes(), start + i * step);
        }
        return numbers;
    }

    private static void checkStep(double start, double end, double step) {
        boolean leads = step > 0 && start <= end || step < 0 && start >= end;
        if (!leads || Double.isInfinite(start) || Double.isInfinite(end)) {
            throw new IllegalArgumentException("Cannot compute arange: start=" + start + " end=" + end + " step=" + step
                    + ", expected finite bounds and a step that leads from one to the other; correct them");
        }
    }

    /** {@code count} numbers, equally spaced, from {@code start} to {@code end}, both included. */
    public static Tensor linspace(DType dtype, double start, double end, long count) {
        if (count < 0) {
            throw new IllegalArgumentException(
                    "Cannot compute linspace: count=" + count + ", expected at least 0; correct the count");
        }
        Tensor numbers = Tensor.empty(dtype, Shape.of(count));
        double step = (end - start) / Math.max(1, count - 1);
        for (long i = 0; i < count; i++) {
            // Both ends are met exactly.
            double value = i < count / 2 || count == 1 ? start + step * i : end - step * (count - 1 - i);
            Elements.put(dtype, numbers.address() + i * dtype.bytes(), value);
        }
        return numbers;
    }

    /** A matrix with ones on the main diagonal, zeros elsewhere. */
    public static Tensor eye(DType dtype, long rows, long columns) {
        Tensor matrix = Tensor.zeros(dtype, Shape.of(rows, columns));
        for (long i = 0; i < Math.min(rows, columns); i++) {
            Elements.put(dtype, matrix.address() + i * (columns + 1) * dtype.bytes(), 1);
        }
        return matrix;
    }
}
