// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** A contiguous stand-in for a tensor inside a kernel call: itself where it is contiguous, else a copy freed on close. */
record Contiguous(Tensor tensor, boolean copied) implements AutoCloseable {
    static Contiguous of(Tensor tensor) {
        return tensor.isContiguous() ? new Contiguous(tensor, false) : new Contiguous(copy(tensor), true);
    }

    /** A fresh contiguous tensor with the same elements. */
    static Tensor copy(Tensor tensor) {
        Tensor copy = Tensor.empty(tensor.dtype(), tensor.shape());
        Backends.current().convert(tensor, copy);
        return copy;
    }

    /** The elements as a matrix whose rows are the last dimension. */
    Tensor matrix() {
        return tensor.reshaped(matrixShape(tensor.shape()));
    }

    /** [R, C] for a shape of R rows in all leading dimensions. */
    static Shape matrixShape(Shape shape) {
        long rows = 1;
        for (int d = 0; d < shape.rank() - 1; d++) {
            rows *= shape.size(d);
        }
        return Shape.of(rows, shape.size(-1));
    }

    @Override
    public void close() {
        if (copied) {
            tensor.close();
        }
    }
}
