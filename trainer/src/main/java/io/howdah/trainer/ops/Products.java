// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Scan;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Products, with gradients that are exact where elements are 0. Integers and bool give int64. */
public final class Products {
    /** Π over one dimension; derivative: the product of the others. */
    static final Op<Along> PRODUCT = Op.<Along>named("product", AutocastCategory.FP32)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> {
                DType dtype = call.dtype().isFloating() ? call.dtype() : DType.INT64;
                Tensor x = Casts.to(call.input(0), dtype);
                call.saveInput(0);
                Reductions.Over over = call.attributes().over(call.shape());
                over.reduce(call, Reduction.PRODUCT, x, call.out(dtype, over.result(call.shape())));
                call.saveOutput(0);
                call.discard(x);
            })
            .backward(call -> call.give(0, () -> gradientOfProduct(call)));

    /** Running Π; derivative: running sums from the end of gradient · product without the element. */
    static final Op<Integer> CUMULATIVE_PRODUCT = Op.<Integer>named("cumulativeProduct", AutocastCategory.KEEP)
            .dtypes(Op.ALL)
            .types(Op.Types.KEEP)
            .forward(call -> {
                call.saveInput(0);
                Scans.run(call, Scan.PRODUCT);
                call.saveOutput(0);
            })
            .backward(call -> call.give(0, () -> gradientOfScan(call)));

    static final List<Op<?>> ALL = List.of(PRODUCT);

    /**
     * @param dimension 0-based
     * @param keep whether it stays with size 1
     */
    record Along(int dimension, boolean keep) {
        Reductions.Over over(Shape shape) {
            boolean[] flags = new boolean[shape.rank()];
            if (flags.length > 0) {
                flags[dimension] = true;
            }
            return new Reductions.Over(flags, keep);
        }
    }

    private Products() {}

    /** Product of all elements; 1 of none. */
    public static Tensor product(Tensor x) {
        Along all = new Along(0, false);
        return x.shape().rank() < 2
                ? Dispatcher.call(PRODUCT, all, x)
                : Composite.of(() -> Dispatcher.call(PRODUCT, all, Views.reshape(x, x.elements())));
    }

    /** Product over one dimension, which stays with size 1 if {@code keep}. */
    public static Tensor product(Tensor x, int dimension, boolean keep) {
        int index = Dimensions.of("product", x.shape(), dimension);
        return Dispatcher.call(PRODUCT, new Along(index, keep), x);
    }

    /** {@link #product(Tensor)} after a conversion to {@code dtype}. */
    public static Tensor product(Tensor x, DType dtype) {
        return Composite.of(() -> Casts.to(product(Casts.to(x, dtype)), dtype));
    }

    /** {@link #product(Tensor, int, boolean)} after a conversion to {@code dtype}. */
    public static Tensor product(Tensor x, DType dtype, int dimension, boolean keep) {
        return Composite.of(() -> Casts.to(product(Casts.to(x, dtype), dimension, keep), dtype));
    }

    private static Tensor gradientOfProduct(BackwardCall<Along> call) {
        Tensor x = call.input(0);
        Reductions.Over over = call.attributes().over(x.shape());
        Tensor gradient = over.kept(call.gradient(), x.shape());
        Tensor zero = Comparisons.equal(x, 0);
        if (!isAnyTrue(zero)) {
            return Arithmetic.divide(Arithmetic.multiply(gradient, over.kept(call.output(0), x.shape())), x);
        }
        if (x.shape().rank() == 0) {
            return gradient;
        }
        int dimension = call.attributes().dimension();
        if (GradMode.isEnabled()) {
            return Arithmetic.multiply(gradient, product(ofOthers(x, dimension), dimension + 1, false));
        }
        // Of several zeros no product of the others is left, of one its own.
        Tensor zeros = Dispatcher.call(Reductions.SUM, over.keeping(), zero);
        Tensor nonzero = Selection.maskedFill(x, zero, 1);
        Tensor product = Dispatcher.call(PRODUCT, new Along(dimension, true), nonzero);
        Tensor counts = Selection.where(zero, Comparisons.equal(zeros, 1), Comparisons.equal(zeros, 0));
        Tensor slope = Selection.where(counts, Arithmetic.divide(product, nonzero), 0.0);
        return Arithmetic.multiply(gradient, slope);
    }

    private static Tensor gradientOfScan(BackwardCall<Integer> call) {
        Tensor x = call.input(0);
        Tensor gradient = call.gradient();
        int dimension = call.attributes();
        if (x.shape().rank() == 0) {
            return gradient;
        }
        Tensor zero = Comparisons.equal(x, 0);
        Tensor untouched = Arithmetic.multiply(gradient, call.output(0));
        if (!isAnyTrue(zero)) {
            return Arithmetic.divide(Scans.sumFromEnd(untouched, dimension), x);
        }
        if (GradMode.isEnabled()) {
            return gradientOfScanByElement(x, gradient, dimension);
        }
        Tensor zerosSoFar = Scans.cumulativeSum(zero, dimension);
        Tensor first = Logic.and(zero, Comparisons.equal(zerosSoFar, 1));
        // Before the first zero as ever; there without it; after it every product has it as a factor.
        Tensor before = Arithmetic.divide(Scans.sumFromEnd(untouched, dimension), x);
        Tensor without = Scans.cumulativeProduct(Selection.maskedFill(x, first, 1), dimension);
        Tensor there = Scans.sumFromEnd(
                Selection.where(Comparisons.equal(zerosSoFar, 0), 0.0, Arithmetic.multiply(gradient, without)),
                dimension);
        return Selection.where(first, there, Selection.where(Comparisons.equal(zerosSoFar, 0), before, 0.0));
    }

    /** Σ over k ≥ j of gradient[k] · Π of x[i], i ≤ k, i ≠ j; of quadratic size, and differentiable where x is 0. */
    private static Tensor gradientOfScanByElement(Tensor x, Tensor gradient, int dimension) {
        Tensor products = Scans.cumulativeProduct(ofOthers(x, dimension), dimension + 1);
        long[] sizes = inserted(x.shape(), dimension);
        Tensor terms = Arithmetic.multiply(products, Views.reshape(gradient, sizes));
        Tensor later = positions(x.shape(), dimension, (j, k) -> k >= j);
        return Reductions.sum(Selection.where(later, terms, 0.0), dimension + 1);
    }

    /** out[…, j, i, …] = x[…, i, …], but 1 where i = j. */
    private static Tensor ofOthers(Tensor x, int dimension) {
        Tensor same = positions(x.shape(), dimension, (j, i) -> i == j);
        return Selection.where(same, 1, Views.reshape(x, inserted(x.shape(), dimension)));
    }

    /** The sizes with a 1 before a dimension. */
    private static long[] inserted(Shape shape, int dimension) {
        long[] sizes = new long[shape.rank() + 1];
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = d == dimension ? 1 : shape.size(d < dimension ? d : d - 1);
        }
        return sizes;
    }

    private interface Pairs {
        boolean hold(int first, int second);
    }

    /** A relation of the indices in {@code dimension} and the one after it, for a shape with both. */
    private static Tensor positions(Shape shape, int dimension, Pairs pairs) {
        int size = Math.toIntExact(shape.size(dimension));
        boolean[] relation = new boolean[Math.multiplyExact(size, size)];
        for (int i = 0; i < relation.length; i++) {
            relation[i] = pairs.hold(i / size, i % size);
        }
        long[] sizes = new long[shape.rank() + 1];
        Arrays.fill(sizes, 1);
        sizes[dimension] = size;
        sizes[dimension + 1] = size;
        return Tensor.of(relation, sizes);
    }

    private static boolean isAnyTrue(Tensor mask) {
        return Logic.any(mask).item() != 0;
    }
}
