// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tensors that live as long as one kernel runs. */
final class Temporaries implements AutoCloseable {
    private final Backend converter;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Runnable> endings = new ArrayList<>();

    /** @param converter what copies and converts */
    Temporaries(Backend converter) {
        this.converter = converter;
    }

    /** A contiguous tensor with arbitrary contents. */
    Tensor empty(DType dtype, Shape shape) {
        Tensor tensor = Tensor.empty(dtype, shape);
        tensors.add(tensor);
        return tensor;
    }

    /** A tensor of arbitrary contents with dtype, shape and strides of another one. */
    Tensor alike(Tensor other) {
        Tensor tensor = Tensor.emptyStrided(other.dtype(), other.shape(), other.strides());
        tensors.add(tensor);
        return tensor;
    }

    /** A tensor of one value. */
    Tensor filled(DType dtype, double value, long... sizes) {
        Tensor tensor = empty(dtype, Shape.of(sizes));
        converter.fill(tensor, value);
        return tensor;
    }

    /** The same elements, contiguous and in {@code dtype}: the tensor itself where it is so already. */
    Tensor contiguous(Tensor tensor, DType dtype) {
        if (tensor.dtype() == dtype && tensor.isContiguous()) {
            return tensor;
        }
        Tensor copy = empty(dtype, tensor.shape());
        converter.convert(tensor, copy);
        return copy;
    }

    /** {@link #contiguous} for operands that may be missing. */
    @Nullable
    Tensor contiguousIfAny(@Nullable Tensor tensor, DType dtype) {
        return tensor == null ? null : contiguous(tensor, dtype);
    }

    /** Where to put a result, contiguous and in {@code dtype}; it is copied to {@code out} on {@link #finish}. */
    Tensor result(Tensor out, DType dtype) {
        if (out.dtype() == dtype && out.isContiguous()) {
            return out;
        }
        Tensor copy = empty(dtype, out.shape());
        endings.add(() -> converter.convert(copy, out));
        return copy;
    }

    /** {@link #result} for results that may not be wanted. */
    @Nullable
    Tensor resultIfAny(@Nullable Tensor out, DType dtype) {
        return out == null ? null : result(out, dtype);
    }

    /** Delivers the results. */
    void finish() {
        endings.forEach(Runnable::run);
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }
}
