// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The common dtype of operands, by PyTorch's rules: floating-point before integers; among tensors with dimensions the
 * wider one, float32 for float16 with bfloat16; a scalar counts only where no tensor with dimensions is of its kind.
 */
final class Promotion {
    private Promotion() {}

    /** The common floating-point dtype, or null if no operand is floating-point. */
    static @Nullable DType common(List<Tensor> operands) {
        DType dimensioned = null;
        DType scalar = null;
        for (Tensor operand : operands) {
            if (!operand.dtype().isFloating()) {
                continue;
            }
            if (operand.shape().rank() > 0) {
                dimensioned = wider(dimensioned, operand.dtype());
            } else {
                scalar = wider(scalar, operand.dtype());
            }
        }
        return dimensioned != null ? dimensioned : scalar;
    }

    static DType wider(@Nullable DType a, DType b) {
        if (a == null || a == b) {
            return b;
        }
        if (a.bytes() == 2 && b.bytes() == 2) {
            return DType.FLOAT32;
        }
        return a.bytes() > b.bytes() ? a : b;
    }
}
