// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Binary;
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

    static Tensor converted(Tensor tensor, DType dtype) {
        Tensor result = Tensor.empty(dtype, tensor.shape());
        Backends.current().convert(tensor, result);
        return result;
    }

    /** target += addend. */
    static void addInPlace(Tensor target, Tensor addend) {
        if (target.dtype().bytes() > 2) {
            Backends.current().binary(Binary.ADD, target, addend, target);
            return;
        }
        try (Tensor sum = converted(target, DType.FLOAT32);
                Tensor wide = converted(addend, DType.FLOAT32)) {
            Backends.current().binary(Binary.ADD, sum, wide, sum);
            Backends.current().convert(sum, target);
        }
    }

    /** The gradient of a tensor of {@code shape} that was broadcast to the shape of {@code gradient}; a fresh tensor. */
    static Tensor sumToSize(Tensor gradient, Shape shape) {
        if (gradient.dtype().bytes() == 2) {
            try (Tensor wide = converted(gradient, DType.FLOAT32);
                    Tensor sum = sumToSize(wide, shape)) {
                return converted(sum, gradient.dtype());
            }
        }
        Backend backend = Backends.current();
        Tensor sum = Tensor.empty(gradient.dtype(), shape);
        long[] padded = new long[gradient.shape().rank()];
        Arrays.fill(padded, 1);
        System.arraycopy(shape.sizes(), 0, padded, padded.length - shape.rank(), shape.rank());
        backend.sum(gradient, sum.reshaped(Shape.of(padded)));
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
