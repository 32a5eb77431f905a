// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

/** Functions of two elements a and b of one dtype. NaN in either gives NaN. */
public enum Binary {
    ADD,
    SUBTRACT,
    MULTIPLY,
    /** a / b; floating-point only */
    DIVIDE,
    /** ⌊a / b⌋; integers too, where b = 0 throws {@link ArithmeticException} */
    FLOOR_DIVIDE,
    /** a / b rounded to zero; integers too, where b = 0 throws {@link ArithmeticException} */
    TRUNC_DIVIDE,
    /** a − b·⌊a / b⌋, which has the sign of b (Python's %) */
    REMAINDER,
    /** a − b·(a / b rounded to zero), which has the sign of a (C's fmod) */
    TRUNC_REMAINDER,
    /** aᵇ */
    POWER,
    /** the larger one */
    MAXIMUM,
    /** the smaller one */
    MINIMUM,
    /** |a| with the sign bit of b; floating-point only */
    COPY_SIGN,
    /** bitwise, and logical for bool */
    AND,
    /** bitwise, and logical for bool */
    OR,
    /** bitwise, and logical for bool */
    XOR
}
