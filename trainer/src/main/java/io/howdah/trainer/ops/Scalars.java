// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Numbers in a program's text as operands. */
final class Scalars {
    private Scalars() {}

    /** A tensor without dimensions; fractions are cut off for integers. */
    static Tensor of(DType dtype, double value) {
        return Tensor.scalar(dtype, value);
    }

    /** A tensor without dimensions. */
    static Tensor of(DType dtype, long value) {
        if (dtype.isFloating()) {
            return Tensor.scalar(dtype, value);
        }
        Tensor scalar = Tensor.empty(dtype, Shape.of());
        Elements.putLong(dtype, scalar.address(), value);
        return scalar;
    }

    /** A number as an operand beside {@code tensor}: it does not widen a dtype of its own category. */
    static Tensor beside(Tensor tensor, double value) {
        return Tensor.scalar(Promotion.ofNumber(tensor.dtype(), true), value);
    }

    /** A whole number as an operand beside {@code tensor}. */
    static Tensor beside(Tensor tensor, long value) {
        return of(Promotion.ofNumber(tensor.dtype(), false), value);
    }
}
