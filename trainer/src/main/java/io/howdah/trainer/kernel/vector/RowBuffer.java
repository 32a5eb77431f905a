// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.vector;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Memory;
import io.howdah.trainer.tensor.Tensor;

/** A row of a contiguous matrix of float32 or bfloat16, as floats in the nearest caches. Used by one thread. */
final class RowBuffer {
    private final DType dtype;
    private final int width;
    private final float[] values;
    private final short[] halves;

    RowBuffer(DType dtype, int width) {
        this.dtype = dtype;
        this.width = width;
        this.values = new float[width];
        this.halves = new short[dtype == DType.BFLOAT16 ? width : 0];
    }

    float[] values() {
        return values;
    }

    void load(Tensor matrix, long row) {
        if (dtype == DType.FLOAT32) {
            Memory.copy(matrix.address() + row * width * Float.BYTES, values, 0, width);
        } else {
            Memory.copy(matrix.address() + row * width * Short.BYTES, halves, width);
            VectorRows.widen(halves, values, width);
        }
    }

    void store(Tensor matrix, long row) {
        if (dtype == DType.FLOAT32) {
            Memory.copy(values, 0, matrix.address() + row * width * Float.BYTES, width);
        } else {
            VectorRows.narrow(values, halves, width);
            Memory.copy(halves, matrix.address() + row * width * Short.BYTES, width);
        }
    }
}
