// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/**
 * Losses of predicted numbers x against targets y, which broadcast; gradients flow to both. Sixteen-bit inputs are
 * computed in float32; only the result is rounded.
 */
public final class RegressionLosses {
    private RegressionLosses() {}

    /** (x − y)². */
    public static Tensor mse(Tensor x, Tensor y, Losses.Reduction reduction) {
        return ofDifference("mse", x, y, reduction, Functions::square);
    }

    /** |x − y|; the derivative at 0 is 0. */
    public static Tensor l1(Tensor x, Tensor y, Losses.Reduction reduction) {
        return ofDifference("l1", x, y, reduction, Rounding::abs);
    }

    /**
     * ½(x − y)²/β where |x − y| is below β, else |x − y| − ½β (Girshick 2015).
     *
     * @param beta at least 0, where it is {@link #l1}
     */
    public static Tensor smoothL1(Tensor x, Tensor y, double beta, Losses.Reduction reduction) {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException(
                    "Cannot compute smoothL1: beta=" + beta + ", expected at least 0; correct it");
        }
        return beta == 0
                ? l1(x, y, reduction)
                : ofDifference("smoothL1", x, y, reduction, d -> Arithmetic.multiply(huber(d, beta), 1 / beta));
    }

    /**
     * ½(x − y)² where |x − y| is at most δ, else δ·(|x − y| − ½δ) (Huber 1964).
     *
     * @param delta above 0
     */
    public static Tensor huber(Tensor x, Tensor y, double delta, Losses.Reduction reduction) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException(
                    "Cannot compute huber: delta=" + delta + ", expected more than 0; correct it");
        }
        return ofDifference("huber", x, y, reduction, d -> huber(d, delta));
    }

    /**
     * Negative log-likelihood, without the constant ln y!, of counts y under a Poisson distribution with mean exp x.
     *
     * @param full whether Stirling's approximation y·ln y − y + ½·ln 2πy of ln y! is added where y is above 1
     */
    public static Tensor poissonOfLogarithm(Tensor x, Tensor y, boolean full, Losses.Reduction reduction) {
        return between("poissonOfLogarithm", x, y, reduction, (a, b) -> {
            Tensor loss = Arithmetic.subtract(Functions.exp(a), Arithmetic.multiply(b, a));
            return full ? Arithmetic.add(loss, stirling(b)) : loss;
        });
    }

    /**
     * Negative log-likelihood, without the constant ln y!, of counts y under a Poisson distribution with mean x: x −
     * y·ln(x + ε).
     *
     * @param full whether Stirling's approximation of ln y! is added where y is above 1
     */
    public static Tensor poisson(Tensor x, Tensor y, boolean full, double epsilon, Losses.Reduction reduction) {
        return between("poisson", x, y, reduction, (a, b) -> {
            Tensor logarithm = Functions.log(Arithmetic.add(a, epsilon));
            Tensor loss = Arithmetic.subtract(a, Arithmetic.multiply(b, logarithm));
            return full ? Arithmetic.add(loss, stirling(b)) : loss;
        });
    }

    /**
     * Negative log-likelihood ½(ln v + (x − y)²/v) of y under normal distributions with means x and variances v (Nix
     * and Weigend 1994).
     *
     * @param variances v, none below 0: the shape of x, or that without the last dimension, or with one size being 1;
     *     below ε they count as ε, and their gradient passes unchanged
     * @param full whether the constant ½·ln 2π is added
     */
    public static Tensor gaussian(
            Tensor x, Tensor y, Tensor variances, boolean full, double epsilon, Losses.Reduction reduction) {
        return between("gaussian", x, y, reduction, (a, b) -> {
            Tensor variance = Losses.heldAbove(fitted(checkedVariances(Losses.wide(variances)), x.shape()), epsilon);
            Tensor square = Functions.square(Arithmetic.subtract(a, b));
            Tensor loss = Arithmetic.multiply(
                    Arithmetic.add(Functions.log(variance), Arithmetic.divide(square, variance)), 0.5);
            return full ? Arithmetic.add(loss, 0.5 * Math.log(2 * Math.PI)) : loss;
        });
    }

    private interface Function {
        Tensor of(Tensor difference);
    }

    private interface Comparison {
        Tensor of(Tensor x, Tensor y);
    }

    private static Tensor ofDifference(String op, Tensor x, Tensor y, Losses.Reduction reduction, Function function) {
        return between(op, x, y, reduction, (a, b) -> function.of(Arithmetic.subtract(a, b)));
    }

    private static Tensor between(String op, Tensor x, Tensor y, Losses.Reduction reduction, Comparison loss) {
        Broadcast.shape(op, x.shape(), y.shape());
        DType dtype = Promotion.common(new Tensor[] {x, y}, 2);
        return Composite.of(() -> Losses.rounded(reduction.of(loss.of(Losses.wide(x), Losses.wide(y))), dtype));
    }

    /** With c = d held between −δ and δ, c·(d − ½c): both branches in one formula. */
    private static Tensor huber(Tensor difference, double delta) {
        Tensor clamped = Bounds.clamp(difference, -delta, delta);
        return Arithmetic.multiply(clamped, Arithmetic.subtract(difference, Arithmetic.multiply(clamped, 0.5)));
    }

    private static Tensor stirling(Tensor y) {
        Tensor large = Comparisons.greater(y, 1.0);
        Tensor safe = Selection.where(large, y, 1.0);
        Tensor logarithm = Functions.log(safe);
        Tensor terms = Arithmetic.subtract(Arithmetic.multiply(safe, logarithm), safe);
        Tensor sum = Arithmetic.add(terms, Arithmetic.affine(logarithm, 0.5, 0.5 * Math.log(2 * Math.PI)));
        return Selection.where(large, sum, 0.0);
    }

    private static Tensor checkedVariances(Tensor variances) {
        if (Logic.any(Comparisons.less(variances, 0.0)).toLongs()[0] != 0) {
            throw new IllegalArgumentException(
                    "Cannot compute gaussian: a variance is below 0, expected none; make them positive");
        }
        return variances;
    }

    /** The variances with a last dimension of size 1 where they lack it. */
    private static Tensor fitted(Tensor variances, Shape shape) {
        Shape given = variances.shape();
        if (given.rank() == shape.rank()) {
            int different = 0;
            boolean stretched = true;
            for (int d = 0; d < shape.rank(); d++) {
                boolean same = given.size(d) == shape.size(d);
                different += same ? 0 : 1;
                stretched &= same || given.size(d) == 1;
            }
            if (stretched && different <= 1) {
                return variances;
            }
        } else if (shape.rank() > 0 && given.equals(Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 1)))) {
            return Views.unsqueeze(variances, -1);
        }
        throw new IllegalArgumentException("Cannot compute gaussian: variances=" + given + " x=" + shape
                + ", expected the shape of x, or that without the last dimension or with one size 1; reshape them");
    }
}
