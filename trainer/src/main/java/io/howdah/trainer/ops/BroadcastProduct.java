// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GradMode;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;

/** Products of vectors, matrices and batches of matrices that broadcast, brought to products of equal batches. */
final class BroadcastProduct {
    private BroadcastProduct() {}

    /** a · b by the rules of {@link Matrices#matmul}. */
    static Tensor of(Tensor a, Tensor b) {
        Shape result = shape(a.shape(), b.shape());
        Tensor left = a.shape().rank() == 1 ? Views.reshape(a, 1, a.elements()) : withoutLeadingOnes(a);
        Tensor right = b.shape().rank() == 1 ? Views.reshape(b, b.elements(), 1) : withoutLeadingOnes(b);
        int leftRank = left.shape().rank();
        int rightRank = right.shape().rank();
        if (rightRank == 2 && (leftRank == 2 || folds(left, right))) {
            return reshaped(Matrices.product(rows(left), right), result);
        }
        if (leftRank == 2 && (a.shape().rank() == 1 || needsGradient(left))) {
            // Both transposed, so that the batch is on the left: the gradient of the matrix is then one product.
            Tensor columns = Views.transpose(right, -2, -1);
            if (folds(columns, left)) {
                return transposedProduct(columns, left, result);
            }
        }
        return batched(left, right, result);
    }

    /** The rows of all matrices as one, so that there is one product. */
    private static Tensor rows(Tensor x) {
        return reshaped(x, Contiguous.matrixShape(x.shape()));
    }

    /** Whether to take the batch's rows as one matrix: PyTorch's rule, which saves summing a batch of gradients. */
    private static boolean folds(Tensor batch, Tensor matrix) {
        return needsGradient(matrix) || Views.viewStrides(batch, Contiguous.matrixShape(batch.shape())) != null;
    }

    private static boolean needsGradient(Tensor x) {
        return GradMode.isEnabled() && x.requiresGrad();
    }

    private static Tensor transposedProduct(Tensor columns, Tensor left, Shape result) {
        Tensor product = Matrices.product(rows(columns), Views.transpose(left, 0, 1));
        long[] sizes = columns.shape().sizes();
        sizes[sizes.length - 1] = left.size(0);
        Tensor transposed = Views.transpose(Views.reshape(product, sizes), -2, -1);
        return reshaped(Copies.contiguous(transposed), result);
    }

    private static Tensor batched(Tensor left, Tensor right, Shape result) {
        Shape batch = Broadcast.shape("matmul", batch(left.shape()), batch(right.shape()));
        return reshaped(Matrices.product(spread(left, batch), spread(right, batch)), result);
    }

    /** [B, M, K] with the batch's elements in one dimension. */
    private static Tensor spread(Tensor x, Shape batch) {
        long[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = x.size(-2);
        sizes[batch.rank() + 1] = x.size(-1);
        Tensor expanded = x.shape().equals(Shape.of(sizes)) ? x : Views.expand(x, sizes);
        return reshaped(expanded, Shape.of(batch.elements(), x.size(-2), x.size(-1)));
    }

    private static Tensor withoutLeadingOnes(Tensor x) {
        int ones = 0;
        while (x.shape().rank() - ones > 2 && x.size(ones) == 1) {
            ones++;
        }
        return ones == 0
                ? x
                : Views.reshape(
                        x, Arrays.copyOfRange(x.shape().sizes(), ones, x.shape().rank()));
    }

    private static Tensor reshaped(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x : Views.reshape(x, shape.sizes());
    }

    private static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.sizes(), shape.rank() - 2));
    }

    private static Shape shape(Shape a, Shape b) {
        if (a.rank() == 0 || b.rank() == 0 || a.size(-1) != b.size(b.rank() == 1 ? 0 : -2)) {
            throw new IllegalArgumentException("Cannot compute matmul: a=" + a + " b=" + b
                    + ", expected […, M, K] or [K] and […, K, N] or [K]; reshape or transpose one of them");
        }
        Shape left = a.rank() == 1 ? Shape.of() : batch(a);
        Shape right = b.rank() == 1 ? Shape.of() : batch(b);
        Shape batch = Broadcast.shape("matmul", left, right);
        int rank = batch.rank();
        long[] sizes = Arrays.copyOf(batch.sizes(), rank + 2);
        if (a.rank() > 1) {
            sizes[rank++] = a.size(-2);
        }
        if (b.rank() > 1) {
            sizes[rank++] = b.size(-1);
        }
        return Shape.of(Arrays.copyOf(sizes, rank));
    }
}
