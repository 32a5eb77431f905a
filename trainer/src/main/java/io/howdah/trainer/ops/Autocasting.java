// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.AutocastMode;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs ops, and functions of several ops, in the precision that autocast asks for on this thread. Eligible operands are
 * floating-point but not float64; what a category asks of them is recorded, so that gradients flow back to the dtypes
 * that they came in. Inside the op or function autocast is off.
 */
final class Autocasting {
    private Autocasting() {}

    /** A function of several ops. */
    interface Body {
        Tensor of(Tensor[] operands);
    }

    /** All results of {@code op}, whose inputs are replaced by their casts. */
    static <A> List<Tensor> callAll(Op<A> op, A attributes, Tensor[] inputs, DType low) {
        List<Tensor> made = cast(op.autocast(), low, inputs, op.operands(inputs.length));
        List<Tensor> outputs = List.of();
        AutocastMode.suspend();
        try {
            outputs = Dispatcher.run(op, attributes, inputs);
            return outputs;
        } finally {
            AutocastMode.resume(low);
            letGo(made, outputs);
        }
    }

    /** The result of {@code body}, which runs as an op of {@code category} would. */
    static Tensor call(AutocastCategory category, Body body, Tensor... operands) {
        DType low = AutocastMode.dtype();
        if (low == null) {
            return body.of(operands);
        }
        List<Tensor> made = cast(category, low, operands, operands.length);
        List<Tensor> outputs = List.of();
        AutocastMode.suspend();
        try {
            Tensor result = body.of(operands);
            outputs = List.of(result);
            return result;
        } finally {
            AutocastMode.resume(low);
            letGo(made, outputs);
        }
    }

    /** Replaces operands by their casts; returns those that nobody else can refer to. */
    private static List<Tensor> cast(AutocastCategory category, DType low, Tensor[] inputs, int operands) {
        DType target = target(category, low, inputs, operands);
        if (target == null) {
            return List.of();
        }
        List<Tensor> made = new ArrayList<>(operands);
        for (int i = 0; i < operands; i++) {
            Tensor input = inputs[i];
            if (isEligible(input) && input.dtype() != target) {
                Tensor shared = target == low ? AutocastMode.shared(input, low) : null;
                inputs[i] = shared == null ? Casts.to(input, target) : shared;
                if (shared == null) {
                    made.add(inputs[i]);
                }
            }
        }
        return made;
    }

    private static @Nullable DType target(AutocastCategory category, DType low, Tensor[] inputs, int operands) {
        return switch (category) {
            case LOW -> low;
            case FP32 -> DType.FLOAT32;
            case PROMOTE -> widest(inputs, operands);
            case KEEP -> null;
        };
    }

    /** The common dtype of the floating-point operands; null for a single one, and beside float64. */
    private static @Nullable DType widest(Tensor[] inputs, int operands) {
        DType widest = null;
        for (int i = 0; i < operands; i++) {
            DType dtype = inputs[i].dtype();
            if (dtype == DType.FLOAT64) {
                return null;
            }
            if (dtype.isFloating()) {
                widest = widest == null || widest == dtype ? dtype : DType.FLOAT32;
            }
        }
        return widest;
    }

    private static boolean isEligible(Tensor tensor) {
        return tensor.dtype().isFloating() && tensor.dtype() != DType.FLOAT64;
    }

    /** Frees casts, or leaves those that the graph has saved to it. */
    private static void letGo(List<Tensor> made, List<Tensor> outputs) {
        for (Tensor cast : made) {
            if (outputs.stream().noneMatch(cast::sharesStorage) && !cast.hide()) {
                cast.close();
            }
        }
    }
}
