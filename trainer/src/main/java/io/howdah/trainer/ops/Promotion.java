// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The common dtype of operands, by PyTorch's rules: the highest category of floating-point, integer and bool that occurs
 * decides; within it the wider dtype; among tensors without dimensions likewise, but these count only where they are of
 * a higher category than all tensors with dimensions.
 */
final class Promotion {
    private Promotion() {}

    /** The common dtype of the first {@code count} tensors. */
    static DType common(Tensor[] operands, int count) {
        DType first = operands[0].dtype();
        boolean equal = true;
        for (int i = 1; i < count; i++) {
            equal &= operands[i].dtype() == first;
        }
        if (equal) {
            return first;
        }
        DType dimensioned = null;
        DType scalar = null;
        for (int i = 0; i < count; i++) {
            if (operands[i].shape().rank() > 0) {
                dimensioned = wider(dimensioned, operands[i].dtype());
            } else {
                scalar = wider(scalar, operands[i].dtype());
            }
        }
        if (dimensioned == null || scalar == null) {
            return wider(dimensioned, scalar == null ? first : scalar);
        }
        boolean higher = scalar.kind().ordinal() < dimensioned.kind().ordinal();
        return higher ? wider(dimensioned, scalar) : dimensioned;
    }

    /** The dtype to which both can be promoted. */
    static DType wider(@Nullable DType a, DType b) {
        if (a == null || a == b) {
            return b;
        }
        if (a.kind() != b.kind()) {
            return a.kind().ordinal() < b.kind().ordinal() ? a : b;
        }
        if (a.bytes() == 2 && b.bytes() == 2) {
            return DType.FLOAT32;
        }
        return a.bytes() > b.bytes() ? a : b;
    }

    /**
     * The dtype that a number in the program's text has beside {@code tensor}: it decides only where it is of a higher
     * category, and then is float32 or int64.
     */
    static DType ofNumber(DType tensor, boolean fraction) {
        if (tensor.isFloating()) {
            return tensor;
        }
        if (fraction) {
            return DType.FLOAT32;
        }
        return tensor == DType.BOOL ? DType.INT64 : tensor;
    }
}
