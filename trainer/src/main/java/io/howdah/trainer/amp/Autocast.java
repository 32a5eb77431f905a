// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import io.howdah.trainer.autograd.AutocastMode;
import io.howdah.trainer.tensor.DType;

/**
 * Mixed precision: while a scope is open, ops of this thread compute matrix products, convolutions, attention and
 * recurrent layers in 16 bits, losses in float32, and everything else in the dtypes that their inputs have. Weights stay
 * float32 and get float32 gradients.
 *
 * <pre>
 *     try (Autocast.Scope precision = Autocast.bfloat16()) {
 *         loss = model.loss(batch);
 *     }
 *     Autograd.backward(loss);
 * </pre>
 *
 * <p>Eligible are floating-point operands but float64 ones, of calls that are not in place. Each op's category is in the
 * registry of {@code ops}, after the list that PyTorch has for CPUs, with two differences: all recurrent layers and cells,
 * not some, compute in 16 bits, and all losses, those missing in PyTorch's list too, in float32. Backward runs in the
 * dtypes that forward has chosen, whether a scope is open or not, and a checkpointed function runs again as it ran first.
 *
 * <p>The 16-bit cast of a parameter is made once for each version of it and shared until the outermost scope is closed; a
 * parameter that is written inside a scope is cast anew. Close that scope before the {@code StepScope} around it, so that
 * casts which an abandoned graph has saved go with the step.
 *
 * <p>Source: Micikevicius et al., “Mixed Precision Training”, 2018; Kalamkar et al., “A Study of BFLOAT16 for Deep Learning
 * Training”, 2019.
 */
public final class Autocast {
    private Autocast() {}

    /** Ends the scope that {@link #to}, {@link #bfloat16}, {@link #float16} or {@link #off} opened. */
    public static final class Scope implements AutoCloseable {
        private final AutocastMode.Scope scope;

        private Scope(AutocastMode.Scope scope) {
            this.scope = scope;
        }

        /**
         * Goes back to the precision from before; again does nothing.
         *
         * @throws IllegalStateException if an inner scope is open, or on another thread
         */
        @Override
        public void close() {
            scope.close();
        }
    }

    /** Computes in bfloat16 what can be computed in 16 bits. */
    public static Scope bfloat16() {
        return to(DType.BFLOAT16);
    }

    /** Computes in float16 what can be computed in 16 bits; training needs a {@link GradScaler} with it. */
    public static Scope float16() {
        return to(DType.FLOAT16);
    }

    /** Computes in the dtypes that tensors have, also inside another scope. */
    public static Scope off() {
        return new Scope(AutocastMode.open(null));
    }

    /**
     * Computes in {@code dtype} what can be computed in it.
     *
     * @param dtype bfloat16, float16, or float32 for {@link #off}
     */
    public static Scope to(DType dtype) {
        return dtype == DType.FLOAT32 ? off() : new Scope(AutocastMode.open(dtype));
    }
}
