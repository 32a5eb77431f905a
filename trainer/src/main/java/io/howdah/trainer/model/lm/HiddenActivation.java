// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model.lm;

/** What stands between the two layers of a block's second branch. */
public enum HiddenActivation {
    /** ½x(1 + erf(x/√2)) */
    GELU_ERF,
    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))) */
    GELU_TANH,
    /** silu(gate) · up */
    SWIGLU
}
