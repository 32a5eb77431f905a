// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Maps elements of any dtype to integers of the same order: zeros are equal, NaNs are equal and above everything. */
final class Keys {
    private final DType dtype;
    private final long nan;
    private final float[] singles;
    private final double[] doubles;
    private final Cursor cursor;

    /** @param chunk most elements read at once */
    Keys(Tensor tensor, int chunk) {
        this.dtype = tensor.dtype();
        boolean single = Pointwise.isSingle(tensor);
        this.nan = single ? Integer.MAX_VALUE : Long.MAX_VALUE;
        this.singles = new float[single ? chunk : 0];
        this.doubles = new double[dtype == DType.FLOAT64 ? chunk : 0];
        this.cursor = new Cursor(tensor);
    }

    void seek(long index) {
        cursor.seek(index);
    }

    /** Whether keys fit into 32 bits. */
    boolean isNarrow() {
        return dtype.bytes() <= Integer.BYTES;
    }

    void read(long[] to, int count) {
        if (!dtype.isFloating()) {
            cursor.read(to, count);
        } else if (dtype == DType.FLOAT64) {
            cursor.read(doubles, count);
            for (int i = 0; i < count; i++) {
                long bits = Double.doubleToRawLongBits(doubles[i] + 0.0);
                to[i] = Double.isNaN(doubles[i]) ? nan : bits ^ (bits >> 63) >>> 1;
            }
        } else {
            cursor.read(singles, count);
            for (int i = 0; i < count; i++) {
                int bits = Float.floatToRawIntBits(singles[i] + 0.0f);
                to[i] = Float.isNaN(singles[i]) ? nan : bits ^ (bits >> 31) >>> 1;
            }
        }
    }

    /** Whether a key is that of NaN. */
    boolean isNan(long key) {
        return dtype.isFloating() && key == nan;
    }

    /** An element last read, of a floating-point tensor. */
    double value(int index) {
        return dtype == DType.FLOAT64 ? doubles[index] : singles[index];
    }
}
