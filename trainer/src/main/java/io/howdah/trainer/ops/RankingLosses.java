// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * Distances, and losses that compare or separate. Inputs broadcast. Sixteen-bit inputs are computed in float32; only the
 * result is rounded.
 */
public final class RankingLosses {
    private static final double COSINE_EPSILON = 1e-12;

    private RankingLosses() {}

    /**
     * Σ x·y / (max(‖x‖, ε)·max(‖y‖, ε)) over one dimension, which the result lacks.
     *
     * @param epsilon above 0, usually 1e-8
     */
    public static Tensor cosineSimilarity(Tensor x, Tensor y, int dimension, double epsilon) {
        Shape shape = Broadcast.shape("cosineSimilarity", x.shape(), y.shape());
        int index = Dimensions.of("cosineSimilarity", shape, dimension);
        return distance(x, y, () -> {
            Tensor left = unit(expanded(x, shape), index, epsilon);
            Tensor right = unit(expanded(y, shape), index, epsilon);
            return Reductions.sum(Arithmetic.multiply(left, right), index);
        });
    }

    /**
     * (Σ|x − y + ε|ᵖ)^(1/p) over the last dimension.
     *
     * @param epsilon keeps the derivative finite, usually 1e-6
     */
    public static Tensor pairwiseDistance(Tensor x, Tensor y, double p, double epsilon, boolean keep) {
        return distance(x, y, () -> {
            Tensor difference = Arithmetic.subtract(Losses.wide(x), Losses.wide(y));
            return Norms.norm(Arithmetic.add(difference, epsilon), p, keep, -1);
        });
    }

    /**
     * 1 − cos(x, y) where the target is 1, max(0, cos(x, y) − margin) where it is −1.
     *
     * @param x [N, D] or [D]
     * @param y [N, D] or [D]
     * @param targets [N] or a scalar, of 1 and −1
     */
    public static Tensor cosineEmbedding(
            Tensor x, Tensor y, Tensor targets, double margin, Losses.Reduction reduction) {
        return wide(x, y, () -> {
            Tensor a = Losses.wide(x);
            Tensor b = Losses.wide(y);
            Tensor squares = Arithmetic.multiply(squares(a), squares(b));
            Tensor cosine = Arithmetic.divide(Reductions.sum(Arithmetic.multiply(a, b), -1), Functions.sqrt(squares));
            Tensor near = Arithmetic.affine(cosine, -1, 1);
            Tensor far = positive(Arithmetic.subtract(cosine, margin));
            return reduction.of(Arithmetic.add(
                    Selection.where(Comparisons.equal(targets, 1.0), near, 0.0),
                    Selection.where(Comparisons.equal(targets, -1.0), far, 0.0)));
        });
    }

    /**
     * max(0, −t·(x − y) + margin).
     *
     * @param targets t: 1 where x ought to be larger, −1 where y ought to
     */
    public static Tensor marginRanking(Tensor x, Tensor y, Tensor targets, double margin, Losses.Reduction reduction) {
        return wide(x, y, () -> {
            Tensor difference = Arithmetic.subtract(Losses.wide(y), Losses.wide(x));
            Tensor product = Arithmetic.multiply(targets, difference);
            return reduction.of(positive(Arithmetic.add(product, margin)));
        });
    }

    /**
     * x where the target is 1, max(0, margin − x) where it is −1.
     *
     * @param x distances
     * @param targets shape of x, of 1 and −1
     */
    public static Tensor hingeEmbedding(Tensor x, Tensor targets, double margin, Losses.Reduction reduction) {
        return wide(x, x, () -> {
            Tensor distances = Losses.wide(x);
            Tensor far = positive(Arithmetic.affine(distances, -1, margin));
            return reduction.of(Arithmetic.add(
                    Selection.where(Comparisons.notEqual(targets, -1.0), distances, 0.0),
                    Selection.where(Comparisons.notEqual(targets, 1.0), far, 0.0)));
        });
    }

    /**
     * ln(1 + exp(−t·x)), without overflow.
     *
     * @param targets t, shape of x, of 1 and −1
     */
    public static Tensor softMargin(Tensor x, Tensor targets, Losses.Reduction reduction) {
        return wide(x, targets, () -> {
            Tensor product = Arithmetic.multiply(Losses.wide(x), targets);
            return reduction.of(Arithmetic.negate(Activations.logSigmoid(product)));
        });
    }

    /**
     * max(0, d(anchor, positive) − d(anchor, negative) + margin) with {@linkplain #pairwiseDistance distances} d
     * (Balntas et al. 2016).
     *
     * @param margin above 0
     * @param swap whether the smaller of d(anchor, negative) and d(positive, negative) counts
     */
    public static Tensor tripletMargin(
            Triplet triplet, double margin, double p, double epsilon, boolean swap, Losses.Reduction reduction) {
        if (!(margin > 0)) {
            throw new IllegalArgumentException(
                    "Cannot compute tripletMargin: margin=" + margin + ", expected more than 0; correct it");
        }
        return wide(triplet.anchor(), triplet.positive(), () -> {
            Tensor anchor = Losses.wide(triplet.anchor());
            Tensor positive = Losses.wide(triplet.positive());
            Tensor negative = Losses.wide(triplet.negative());
            Tensor near = pairwiseDistance(anchor, positive, p, epsilon, false);
            Tensor far = pairwiseDistance(anchor, negative, p, epsilon, false);
            if (swap) {
                far = Bounds.minimum(far, pairwiseDistance(positive, negative, p, epsilon, false));
            }
            return reduction.of(positive(Arithmetic.add(Arithmetic.subtract(near, far), margin)));
        });
    }

    /**
     * What a triplet loss compares.
     *
     * @param anchor […, D]
     * @param positive […, D], ought to be near the anchor
     * @param negative […, D], ought to be far from it
     */
    public record Triplet(Tensor anchor, Tensor positive, Tensor negative) {}

    private interface Body {
        Tensor compute();
    }

    private static Tensor wide(Tensor x, Tensor y, Body body) {
        DType dtype = common(x, y);
        return Composite.of(() -> Losses.rounded(body.compute(), dtype));
    }

    /** Unlike a loss in the inputs' dtype under autocast too. */
    private static Tensor distance(Tensor x, Tensor y, Body body) {
        DType dtype = common(x, y);
        return Composite.of(() -> Losses.narrow(body.compute(), dtype));
    }

    private static DType common(Tensor x, Tensor y) {
        DType dtype = Promotion.common(new Tensor[] {x, y}, 2);
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("Cannot compute loss: inputs=" + x + ", " + y
                    + ", expected a floating-point dtype; convert one with to(dtype)");
        }
        return dtype;
    }

    private static Tensor expanded(Tensor x, Shape shape) {
        Tensor wide = Losses.wide(x);
        return wide.shape().equals(shape) ? wide : Views.expand(wide, shape.sizes());
    }

    private static Tensor unit(Tensor x, int dimension, double epsilon) {
        return Arithmetic.divide(x, Losses.heldAbove(Norms.norm(x, 2, true, dimension), epsilon));
    }

    private static Tensor squares(Tensor x) {
        return Arithmetic.add(Reductions.sum(Functions.square(x), -1), COSINE_EPSILON);
    }

    private static Tensor positive(Tensor x) {
        return Bounds.clamp(x, 0, Double.POSITIVE_INFINITY);
    }
}
