// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

/**
 * The error function and its complement to nearly full binary64 precision.
 *
 * <p>Source: W. J. Cody, “Rational Chebyshev approximation for the error function”, Mathematics of Computation 23, 1969.
 */
public final class ErrorFunction {
    private static final double INVERSE_SQRT_PI = 1 / Math.sqrt(Math.PI);

    /** Up to here erf itself is approximated. */
    private static final double SMALL = 0.46875;

    private static final double[] A = {
        1.85777706184603153e-1,
        3.16112374387056560e0,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3
    };
    private static final double[] B = {
        1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3
    };
    private static final double[] C = {
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e0,
        6.61191906371416295e1,
        2.98635138197400131e2,
        8.81952221241769090e2,
        1.71204761263407058e3,
        2.05107837782607147e3,
        1.23033935479799725e3
    };
    private static final double[] D = {
        1,
        1.57449261107098347e1,
        1.17693950891312499e2,
        5.37181101862009858e2,
        1.62138957456669019e3,
        3.29079923573345963e3,
        4.36261909014324716e3,
        3.43936767414372164e3,
        1.23033935480374942e3
    };
    private static final double[] P = {
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4
    };
    private static final double[] Q = {
        1,
        2.56852019228982242e0,
        1.87295284992346725e0,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3
    };

    private ErrorFunction() {}

    /** 2/√π ∫₀ˣ exp(−t²) dt. */
    public static double erf(double x) {
        return Math.abs(x) <= SMALL ? x * ratio(A, B, x * x) : 1 - erfc(x);
    }

    /** 1 − erf(x). */
    static double erfc(double x) {
        double y = Math.abs(x);
        if (y <= SMALL) {
            return 1 - x * ratio(A, B, y * y);
        }
        double tail = Math.exp(-y * y) * (y <= 4 ? ratio(C, D, y) : farTail(y));
        return x < 0 ? 2 - tail : tail;
    }

    /** erfc(y)·exp(y²) for y above 4. */
    private static double farTail(double y) {
        double inverseSquare = 1 / (y * y);
        return (INVERSE_SQRT_PI - inverseSquare * ratio(P, Q, inverseSquare)) / y;
    }

    /** Quotient of two polynomials, highest power first. */
    private static double ratio(double[] numerator, double[] denominator, double x) {
        double above = 0;
        double below = 0;
        for (int i = 0; i < numerator.length; i++) {
            above = above * x + numerator[i];
            below = below * x + denominator[i];
        }
        return above / below;
    }
}
