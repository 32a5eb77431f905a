// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.Supplier;

/** Derivatives of elementwise functions: one fused kernel, or formulas where backward is itself being recorded. */
final class Slopes {
    private Slopes() {}

    /** gradient · function′(x), by one kernel; not recorded. */
    static Tensor times(Unary function, double alpha, double beta, Tensor x, Tensor gradient) {
        Tensor result = MemoryOrder.emptyAlike(x, gradient.dtype());
        Backends.current().unaryGrad(function, alpha, beta, x, gradient, result);
        return result;
    }

    /** gradient · function′(x), by one kernel, or by {@code formula} where it is recorded. */
    static Tensor times(Unary function, Tensor x, Tensor gradient, Supplier<Tensor> formula) {
        return GradMode.isEnabled() ? formula.get() : times(function, 0, 0, x, gradient);
    }

    /** gradient · function′ from the function's result, by one kernel, or by {@code formula} where it is recorded. */
    static Tensor timesOfResult(Unary function, Tensor result, Tensor gradient, Supplier<Tensor> formula) {
        if (GradMode.isEnabled()) {
            return formula.get();
        }
        Tensor product = MemoryOrder.emptyAlike(result, gradient.dtype());
        Backends.current().unaryGradOfResult(function, result, gradient, product);
        return product;
    }
}
