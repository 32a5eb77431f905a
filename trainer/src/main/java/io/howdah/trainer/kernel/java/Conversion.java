// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;

/** Copies between dtypes and layouts. */
final class Conversion {
    private Conversion() {}

    static void convert(Tensor in, Tensor out) {
        DType from = in.dtype();
        if (from == out.dtype()) {
            Copying.copy(in, out);
        } else if (!from.isFloating()) {
            Elementwise.longs((operands, count) -> {}, out, in);
        } else if (from == DType.FLOAT64) {
            Elementwise.doubles((operands, count) -> {}, out, in);
        } else {
            Elementwise.floats((operands, count) -> {}, out, in);
        }
    }
}
