// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import io.howdah.trainer.tensor.DType;

/**
 * Dynamic loss scale, the state machine of PyTorch's {@code GradScaler}: halved after a step whose gradients were not
 * finite, doubled after {@link #GROWTH_INTERVAL} finite steps in a row. Always a power of two, so that unscaling is
 * exact. Immutable; each step makes the next value.
 *
 * @param scale factor of the loss in the coming step
 * @param finiteSteps finite steps since the scale last changed
 * @param dynamic false for formats with the exponent range of binary32, whose scale stays 1
 */
public record LossScaler(float scale, long finiteSteps, boolean dynamic) {
    /** Finite steps in a row after which the scale doubles. */
    public static final long GROWTH_INTERVAL = 2000;

    private static final float INITIAL = 0x1p16f;
    private static final float GROWTH = 2f;
    private static final float BACKOFF = 0.5f;
    private static final float LARGEST = 0x1p127f;

    /** The scaler for gradients that travel as {@code wire}: dynamic from 2¹⁶ for float16, else the constant 1. */
    public static LossScaler forWire(DType wire) {
        return wire == DType.FLOAT16 ? new LossScaler(INITIAL, 0, true) : new LossScaler(1, 0, false);
    }

    /** The scaler of the step after one that ended with {@code result}. */
    public LossScaler after(StepResult result) {
        if (!dynamic) {
            return this;
        }
        if (result == StepResult.OVERFLOW) {
            return new LossScaler(Math.max(Float.MIN_NORMAL, scale * BACKOFF), 0, true);
        }
        if (finiteSteps + 1 < GROWTH_INTERVAL) {
            return new LossScaler(scale, finiteSteps + 1, true);
        }
        return new LossScaler(Math.min(LARGEST, scale * GROWTH), 0, true);
    }

    /** Whether all gradients of a step were finite. */
    public enum StepResult {
        FINITE,
        OVERFLOW
    }
}
