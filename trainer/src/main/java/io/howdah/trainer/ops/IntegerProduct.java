// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Matrix products of integers, which wrap around: the kernels' products are for floating-point alone. */
final class IntegerProduct {
    private IntegerProduct() {}

    /** out = a · b: the sum over k of column k of a times row k of b. */
    static void multiply(Backend backend, Tensor a, Tensor b, Tensor out) {
        int rank = out.shape().rank();
        backend.fill(out, 0);
        try (Tensor term = Tensor.empty(out.dtype(), out.shape())) {
            for (long k = 0; k < a.size(-1); k++) {
                Tensor column = spread(a, rank - 1, k, out.shape());
                Tensor row = spread(b, rank - 2, k, out.shape());
                backend.binary(Binary.MULTIPLY, column, row, term);
                backend.binary(Binary.ADD, out, term, out);
            }
        }
    }

    private static Tensor spread(Tensor x, int dimension, long index, Shape shape) {
        long[] strides = x.strides();
        strides[dimension] = 0;
        return x.subview(shape, strides, index * x.stride(dimension));
    }
}
