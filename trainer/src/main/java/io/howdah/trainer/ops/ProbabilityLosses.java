// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Losses of predicted probabilities. Sixteen-bit inputs are computed in float32; only the result is rounded.
 */
public final class ProbabilityLosses {
    /** Logarithms below this count as this, so that a certain but wrong prediction has a finite loss. */
    private static final double LOWEST_LOGARITHM = -100;

    /** Least x(1 − x) that the gradient is divided by. */
    private static final double LEAST_VARIANCE = 1e-12;

    /** −y·ln x − (1 − y)·ln(1 − x); derivatives: (x − y)/(x(1 − x)) and ln(1 − x) − ln x. */
    static final Op<NoAttributes> BINARY_CROSS_ENTROPY = Op.<NoAttributes>named(
                    "binaryCrossEntropy", AutocastCategory.FP32)
            .dtypes(EnumSet.of(DType.FLOAT64, DType.FLOAT32))
            .operands(2)
            .forward(call -> {
                compute(call);
                call.saveInput(0);
                call.saveInput(1);
            })
            .backward(call -> {
                Tensor x = call.input(0);
                call.give(0, () -> {
                    Tensor variance = Arithmetic.multiply(x, Arithmetic.affine(x, -1, 1));
                    Tensor slope = Arithmetic.divide(
                            Arithmetic.subtract(x, call.input(1)),
                            Bounds.clamp(variance, LEAST_VARIANCE, Double.POSITIVE_INFINITY));
                    return Arithmetic.multiply(call.gradient(), slope);
                });
                call.give(1, () -> {
                    Tensor slope = Arithmetic.subtract(Functions.log1p(Arithmetic.negate(x)), Functions.log(x));
                    return Arithmetic.multiply(call.gradient(), slope);
                });
            });

    static final List<Op<?>> ALL = List.of(BINARY_CROSS_ENTROPY);

    private ProbabilityLosses() {}

    /**
     * −w·(y·ln x + (1 − y)·ln(1 − x)), logarithms below −100 counting as −100.
     *
     * @param x probabilities in [0, 1]
     * @param y targets, shape of x
     * @param weight w, broadcast, a constant; null for 1
     */
    public static Tensor binaryCrossEntropy(Tensor x, Tensor y, @Nullable Tensor weight, Losses.Reduction reduction) {
        checkSameShape("binaryCrossEntropy", x, y);
        return reduced(x, y, reduction, (a, b) -> {
            Tensor losses = Dispatcher.call(BINARY_CROSS_ENTROPY, NoAttributes.NONE, a, b);
            return weight == null ? losses : Arithmetic.multiply(losses, constant(weight));
        });
    }

    /**
     * {@link #binaryCrossEntropy} of sigmoid(x), computed without overflow: w·((1 − y)·x − (1 + (q − 1)·y)·ln
     * sigmoid(x)).
     *
     * @param x logits
     * @param y targets, shape of x
     * @param weight w, broadcast, a constant; null for 1
     * @param positiveWeight q, broadcast, a constant: the factor of the loss of positive targets; null for 1
     */
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor x, Tensor y, @Nullable Tensor weight, @Nullable Tensor positiveWeight, Losses.Reduction reduction) {
        checkSameShape("binaryCrossEntropyWithLogits", x, y);
        return reduced(x, y, reduction, (a, b) -> {
            Tensor logarithm = Activations.logSigmoid(a);
            Tensor linear = Arithmetic.multiply(Arithmetic.affine(b, -1, 1), a);
            if (positiveWeight != null) {
                Tensor excess = Arithmetic.subtract(constant(positiveWeight), 1.0);
                Tensor factor = Arithmetic.add(Arithmetic.multiply(excess, b), 1.0);
                logarithm = Arithmetic.multiply(factor, logarithm);
            }
            Tensor losses = Arithmetic.subtract(linear, logarithm);
            return weight == null ? losses : Arithmetic.multiply(losses, constant(weight));
        });
    }

    /**
     * Kullback and Leibler's divergence y·(ln y − x) of logarithms x of probabilities from targets y; 0 where y is 0.
     *
     * @param logTarget whether the targets are logarithms too: exp(y)·(y − x)
     */
    public static Tensor klDivergence(Tensor x, Tensor y, boolean logTarget, Losses.Reduction reduction) {
        return reduced(x, y, reduction, (a, b) -> {
            if (logTarget) {
                return Arithmetic.multiply(Functions.exp(b), Arithmetic.subtract(b, a));
            }
            Tensor safe = Selection.where(Comparisons.equal(b, 0.0), 1.0, b);
            Tensor entropy = Arithmetic.multiply(b, Functions.log(safe));
            return Arithmetic.subtract(entropy, Arithmetic.multiply(b, a));
        });
    }

    /** The sum of {@link #klDivergence} over the size of the first dimension: the mean per sample. */
    public static Tensor klDivergencePerSample(Tensor x, Tensor y, boolean logTarget) {
        return Composite.of(() -> Arithmetic.multiply(
                klDivergence(x, y, logTarget, Losses.Reduction.SUM),
                1.0 / (x.shape().rank() == 0 ? 1 : x.size(0))));
    }

    private interface Loss {
        Tensor of(Tensor x, Tensor y);
    }

    private static Tensor reduced(Tensor x, Tensor y, Losses.Reduction reduction, Loss loss) {
        DType dtype = Promotion.common(new Tensor[] {x, y}, 2);
        return Composite.of(() -> Losses.rounded(reduction.of(loss.of(Losses.wide(x), Losses.wide(y))), dtype));
    }

    private static Tensor constant(Tensor weight) {
        return Losses.wide(weight.detached());
    }

    private static void checkSameShape(String op, Tensor x, Tensor y) {
        if (!x.shape().equals(y.shape())) {
            throw new IllegalArgumentException("Cannot compute " + op + ": x=" + x.shape() + " y=" + y.shape()
                    + ", expected one shape; reshape or expand the targets");
        }
    }

    /** out = (y − 1)·b − y·a with the logarithms a = ln x and b = ln(1 − x), held from below. */
    private static void compute(ForwardCall<NoAttributes> call) {
        Backend backend = call.backend();
        Tensor x = call.input(0);
        Tensor y = call.input(1);
        checkProbabilities(backend, x);
        Tensor out = call.out(x.shape());
        double infinity = Double.POSITIVE_INFINITY;
        try (Tensor first = Tensor.empty(x.dtype(), x.shape());
                Tensor second = Tensor.empty(x.dtype(), x.shape())) {
            backend.unary(Unary.NEGATE, 0, 0, x, second);
            backend.unary(Unary.LOG1P, 0, 0, second, second);
            backend.unary(Unary.CLAMP, LOWEST_LOGARITHM, infinity, second, second);
            backend.scale(y, 1, -1, first);
            backend.binary(Binary.MULTIPLY, first, second, second);
            backend.unary(Unary.LOG, 0, 0, x, first);
            backend.unary(Unary.CLAMP, LOWEST_LOGARITHM, infinity, first, first);
            backend.binary(Binary.MULTIPLY, y, first, first);
            backend.binary(Binary.SUBTRACT, second, first, out);
        }
    }

    private static void checkProbabilities(Backend backend, Tensor x) {
        if (x.elements() == 0) {
            return;
        }
        long[] ones = new long[x.shape().rank()];
        Arrays.fill(ones, 1);
        try (Tensor least = Tensor.empty(x.dtype(), Shape.of(ones));
                Tensor most = Tensor.empty(x.dtype(), Shape.of(ones))) {
            backend.reduce(Reduction.MINIMUM, x, least);
            backend.reduce(Reduction.MAXIMUM, x, most);
            if (!(least.item() >= 0 && most.item() <= 1)) {
                throw new IllegalArgumentException(
                        "Cannot compute binaryCrossEntropy: elements from " + least.item()
                                + " to " + most.item()
                                + ", expected probabilities from 0 to 1; apply a sigmoid, or take binaryCrossEntropyWithLogits");
            }
        }
    }
}
