// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Tensor;

/** Checks index tensors: kernels trust them, so that an index out of range would read foreign memory. */
final class Indices {
    private Indices() {}

    static void check(String op, Tensor indices, long bound) {
        if (indices.dtype() == DType.UINT8 && bound > 255) {
            return;
        }
        Elements.forEach(indices, address -> {
            long index = Elements.getLong(indices.dtype(), address);
            if (index < 0 || index >= bound) {
                throw new IllegalArgumentException("Cannot compute " + op + ": index=" + index
                        + ", expected 0 <= index < " + bound + "; correct the indices");
            }
        });
    }
}
