// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import io.howdah.trainer.tensor.DType;

/**
 * Dynamic loss scale, the state machine of PyTorch's {@code GradScaler}: halved after a step whose gradients were not
 * finite, doubled after many finite steps in a row, as {@link ScaleRule} says. With the standard rule always a power of two, so that unscaling is
 * exact. Immutable; each step makes the next value.
 *
 * @param scale factor of the loss in the coming step
 * @param finiteSteps finite steps since the scale last changed
 * @param dynamic false for formats with the exponent range of binary32, whose scale stays 1
 */
public record LossScaler(float scale, long finiteSteps, boolean dynamic) {
    private static final float INITIAL = 0x1p16f;

    /** The scaler for gradients that travel as {@code wire}: dynamic from 2¹⁶ for float16, else the constant 1. */
    public static LossScaler forWire(DType wire) {
        return wire == DType.FLOAT16 ? new LossScaler(INITIAL, 0, true) : new LossScaler(1, 0, false);
    }

    /** The scaler of the step after one that ended with {@code result}. */
    public LossScaler after(StepResult result) {
        return after(result, ScaleRule.STANDARD);
    }

    /** {@link #after(StepResult)} with another rule. */
    public LossScaler after(StepResult result, ScaleRule rule) {
        if (!dynamic) {
            return this;
        }
        if (result == StepResult.OVERFLOW) {
            return new LossScaler(rule.lowered(scale), 0, true);
        }
        return finiteSteps + 1 < rule.interval()
                ? new LossScaler(scale, finiteSteps + 1, true)
                : new LossScaler(rule.raised(scale), 0, true);
    }

    /** What scaled gradients are multiplied by: 1/scale, computed in binary64 and rounded to binary32. */
    public float inverse() {
        return (float) (1.0 / scale);
    }

    /** Whether all gradients of a step were finite. */
    public enum StepResult {
        FINITE,
        OVERFLOW
    }
}
