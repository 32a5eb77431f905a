// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Brings the dtypes of an op's operands together. */
final class Operands {
    private Operands() {}

    /**
     * Converts the operands as the op's rule says, in place of the array's elements.
     *
     * @return null, or the 16-bit dtype to which the float32 results are to be rounded
     */
    static @Nullable DType unify(Op<?> op, Tensor[] inputs) {
        int operands = op.operands(inputs.length);
        switch (op.types()) {
            case PROMOTE, FLOATING -> {
                return convert(op, inputs, operands);
            }
            case SAME -> {
                for (int i = 1; i < operands; i++) {
                    if (inputs[i].dtype() != inputs[0].dtype()) {
                        throw new IllegalArgumentException("Cannot compute " + op + ": dtypes=" + dtypes(inputs)
                                + ", expected operands of one dtype; convert one with to(dtype)");
                    }
                }
                return convert(op, inputs, operands);
            }
            case KEEP -> {
                return null;
            }
        }
        throw new AssertionError(op.types());
    }

    /** The dtype in which an op that promotes computes. */
    static DType computed(Op<?> op, Tensor[] inputs) {
        DType common = Promotion.common(inputs, op.operands(inputs.length));
        return op.types() == Op.Types.FLOATING && !common.isFloating() ? DType.FLOAT32 : common;
    }

    /** Refuses to write a result of a higher category: a fraction into an integer, a number into a bool. */
    static void checkCastable(Op<?> op, DType result, DType target) {
        if (result.kind().ordinal() < target.kind().ordinal()) {
            throw new IllegalArgumentException("Cannot compute " + op + " in place: result type " + result
                    + " can't be cast to the desired output type " + target + "; compute it out of place");
        }
    }

    private static @Nullable DType convert(Op<?> op, Tensor[] inputs, int operands) {
        DType computed = computed(op, inputs);
        DType wide = null;
        if (!op.dtypes().contains(computed)) {
            if (computed.bytes() != 2 || !op.dtypes().contains(DType.FLOAT32)) {
                throw new IllegalArgumentException("Cannot compute " + op + ": dtypes=" + dtypes(inputs) + ", expected "
                        + op.dtypes() + "; convert with to(dtype)");
            }
            wide = computed;
            computed = DType.FLOAT32;
        }
        for (int i = 0; i < operands; i++) {
            inputs[i] = Casts.to(inputs[i], computed);
        }
        return wide;
    }

    private static String dtypes(Tensor[] inputs) {
        return Arrays.stream(inputs).map(Tensor::dtype).toList().toString();
    }
}
