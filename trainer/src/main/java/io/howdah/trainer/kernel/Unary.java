// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/**
 * Functions of one element x, with up to two parameters α and β. NaN gives NaN. Those without a stated derivative are
 * for floating-point and integral dtypes alike and have derivative 0 almost everywhere.
 */
public enum Unary {
    /** −x */
    NEGATE,
    /** |x|; the derivative at 0 is 0 */
    ABS,
    /** −1, 0 or 1 */
    SIGN,
    /** eˣ */
    EXP,
    /** ln x */
    LOG,
    /** ln(1 + x) */
    LOG1P,
    /** eˣ − 1 */
    EXPM1,
    /** √x */
    SQRT,
    /** 1/√x */
    RSQRT,
    /** 1/x */
    RECIPROCAL,
    /** x² */
    SQUARE,
    /** sin x */
    SIN,
    /** cos x */
    COS,
    /** tanh x */
    TANH,
    /** 1 / (1 + e⁻ˣ) */
    SIGMOID,
    /** ln(1 / (1 + e⁻ˣ)) */
    LOG_SIGMOID,
    /** erf x */
    ERF,
    /** xᵅ */
    POWER,
    /** min(max(x, α), β); the derivative is 1 at both bounds */
    CLAMP,
    /** max(x, 0); the derivative at 0 is 0 */
    RELU,
    /** x above 0, else α·x */
    LEAKY_RELU,
    /** x above 0, else α·(eˣ − 1) */
    ELU,
    /** ln(1 + e^(α·x)) / α, and x where α·x exceeds β */
    SOFTPLUS,
    /** ½x(1 + erf(x/√2)), Hendrycks and Gimpel 2016; infinite or NaN at +∞ */
    GELU,
    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), Hendrycks and Gimpel 2016 */
    GELU_TANH,
    /** x · sigmoid(x) */
    SILU,
    /** min(max(x, α), β); the derivative is 0 at both bounds */
    HARD_TANH,
    /** largest integer ≤ x */
    FLOOR,
    /** smallest integer ≥ x */
    CEIL,
    /** nearest integer, ties to even */
    ROUND,
    /** integer part */
    TRUNC
}
