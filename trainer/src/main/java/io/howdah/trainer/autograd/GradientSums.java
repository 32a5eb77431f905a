// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** The little arithmetic that the engine itself does on gradients. 16-bit gradients are summed in float32. */
final class GradientSums {
    private GradientSums() {}

    static Tensor copy(Tensor tensor) {
        return converted(tensor, tensor.dtype());
    }

    /** A fresh tensor. */
    static Tensor converted(Tensor tensor, DType dtype) {
        Tensor result = Tensor.empty(dtype, tensor.shape());
        Backends.current().convert(tensor, result);
        return result;
    }

    /** The tensor itself where it has the dtype, else a fresh one. */
    static Tensor sameDType(Tensor tensor, DType dtype) {
        return tensor.dtype() == dtype ? tensor : converted(tensor, dtype);
    }

    /** Both tensors one after the other along the first dimension; a fresh tensor. */
    static Tensor joined(Tensor first, Tensor second) {
        long[] sizes = first.shape().sizes();
        sizes[0] += second.size(0);
        Tensor result = Tensor.empty(first.dtype(), Shape.of(sizes));
        Backends.current().convert(first, result.subview(first.shape(), result.strides(), 0));
        long start = first.size(0) * result.stride(0);
        if (second.elements() > 0) {
            Backends.current().convert(second, result.subview(second.shape(), result.strides(), start));
        }
        return result;
    }

    /** target += addend. */
    static void addInPlace(Tensor target, Tensor addend) {
        Backends.current().binary(Binary.ADD, target, addend, target);
    }

    /** The gradient of a tensor of {@code shape} that was broadcast to the shape of {@code gradient}; a fresh tensor. */
    static Tensor sumToSize(Tensor gradient, Shape shape) {
        Backend backend = Backends.current();
        Tensor sum = Tensor.empty(gradient.dtype(), shape);
        long[] padded = new long[gradient.shape().rank()];
        Arrays.fill(padded, 1);
        System.arraycopy(shape.sizes(), 0, padded, padded.length - shape.rank(), shape.rank());
        backend.reduce(Reduction.SUM, gradient, sum.reshaped(Shape.of(padded)));
        return sum;
    }

    /** Whether a tensor of shape {@code from} broadcasts to {@code to}. */
    static boolean broadcasts(Shape from, Shape to) {
        int missing = to.rank() - from.rank();
        if (missing < 0) {
            return false;
        }
        for (int d = 0; d < from.rank(); d++) {
            if (from.size(d) != 1 && from.size(d) != to.size(d + missing)) {
                return false;
            }
        }
        return true;
    }
}
