// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/** Functions of one element. NaN gives NaN. */
public enum Unary {
    /** −x */
    NEGATE,
    /** eˣ */
    EXP,
    /** ln x */
    LOG,
    /** √x */
    SQRT,
    /** tanh x */
    TANH,
    /** 1 / (1 + e⁻ˣ) */
    SIGMOID,
    /** max(x, 0); the derivative at 0 is 0 */
    RELU,
    /** ½x(1 + erf(x/√2)), Hendrycks and Gimpel 2016; infinite or NaN at +∞ */
    GELU
}
