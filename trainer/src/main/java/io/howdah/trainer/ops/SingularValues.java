// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Singular values of matrices. */
public final class SingularValues {
    /** U, S and V of each matrix [M, N] of a batch. */
    static final Op<NoAttributes> SVD = Op.<NoAttributes>named("svd", AutocastCategory.FP32)
            .dtypes(EnumSet.of(DType.FLOAT64, DType.FLOAT32))
            .forward(call -> {
                decompose(call);
                call.saveOutput(0);
                call.saveOutput(1);
                call.saveOutput(2);
            })
            .backward(call -> call.give(0, () -> gradient(call)));

    static final List<Op<?>> ALL = List.of(SVD);

    /**
     * A = U·diag(S)·Vᵀ with K = min(M, N).
     *
     * @param u U, […, M, K], orthonormal columns
     * @param values S, […, K], descending, none below 0
     * @param v V, […, N, K], orthonormal columns
     */
    public record Decomposition(Tensor u, Tensor values, Tensor v) {}

    private SingularValues() {}

    /**
     * The reduced singular value decomposition, by one-sided Jacobi rotations in float64: for small matrices. The signs
     * of the columns are arbitrary, and gradients through U and V are finite only where the values differ.
     *
     * @param x […, M, N], finite
     */
    public static Decomposition svd(Tensor x) {
        List<Tensor> parts = Dispatcher.callAll(SVD, NoAttributes.NONE, x);
        return new Decomposition(parts.get(0), parts.get(1), parts.get(2));
    }

    /**
     * Σ of the singular values of the matrices that two dimensions make; its gradient is U·Vᵀ.
     *
     * @param keep whether both dimensions stay with size 1
     */
    public static Tensor nuclearNorm(Tensor x, boolean keep, int rows, int columns) {
        int first = Dimensions.of("nuclearNorm", x.shape(), rows);
        int second = Dimensions.of("nuclearNorm", x.shape(), columns);
        if (x.shape().rank() < 2 || first == second) {
            throw new IllegalArgumentException("Cannot compute nuclearNorm: shape=" + x.shape() + " dimensions=" + rows
                    + ", " + columns + ", expected two dimensions of a matrix; correct the dimensions");
        }
        return Composite.of(() -> {
            Tensor matrices = Views.movedim(x, new int[] {first, second}, new int[] {-2, -1});
            Tensor sums = Reductions.sum(svd(matrices).values(), -1);
            return keep
                    ? Views.unsqueeze(Views.unsqueeze(sums, Math.min(first, second)), Math.max(first, second))
                    : sums;
        });
    }

    private static void decompose(ForwardCall<NoAttributes> call) {
        Tensor x = call.input(0);
        int rank = x.shape().rank();
        if (rank < 2) {
            throw new IllegalArgumentException(
                    "Cannot compute svd: shape=" + x.shape() + ", expected […, M, N]; reshape it");
        }
        if (!call.backend().isFinite(x)) {
            throw new IllegalArgumentException(
                    "Cannot compute svd: an element is infinite or NaN, expected finite ones; check what made them");
        }
        int m = Math.toIntExact(x.size(-2));
        int n = Math.toIntExact(x.size(-1));
        int k = Math.min(m, n);
        long[] batch = Arrays.copyOf(x.shape().sizes(), rank - 2);
        Tensor u = call.out(appended(batch, m, k));
        Tensor values = call.out(appended(batch, k));
        Tensor v = call.out(appended(batch, n, k));
        double[] elements = x.toDoubles();
        for (int i = 0; i < Shape.of(batch).elements(); i++) {
            boolean tall = m >= n;
            JacobiRotations.Result result = JacobiRotations.of(columns(elements, i * m * n, m, n, tall));
            write(tall ? result.u() : result.v(), u, (long) i * m * k);
            write(new double[][] {result.values()}, values, (long) i * k);
            write(tall ? result.v() : result.u(), v, (long) i * n * k);
        }
    }

    /** The columns of a row-major matrix, or its rows. */
    private static double[][] columns(double[] elements, int start, int m, int n, boolean tall) {
        double[][] columns = new double[tall ? n : m][tall ? m : n];
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                double element = elements[start + row * n + column];
                if (tall) {
                    columns[column][row] = element;
                } else {
                    columns[row][column] = element;
                }
            }
        }
        return columns;
    }

    /** Writes a matrix, given by columns, row by row from the element {@code start} of {@code out} on. */
    private static void write(double[][] columns, Tensor out, long start) {
        int rows = columns.length == 0 ? 0 : columns[0].length;
        long address = out.address() + start * out.dtype().bytes();
        for (int row = 0; row < rows; row++) {
            for (double[] column : columns) {
                Elements.put(out.dtype(), address, column[row]);
                address += out.dtype().bytes();
            }
        }
        Reference.reachabilityFence(out);
    }

    private static Shape appended(long[] batch, long... sizes) {
        long[] all = Arrays.copyOf(batch, batch.length + sizes.length);
        System.arraycopy(sizes, 0, all, batch.length, sizes.length);
        return Shape.of(all);
    }

    /**
     * With F[i, j] = 1 / (Sⱼ² − Sᵢ²) off the diagonal and skew(X) = X − Xᵀ: U·(skew(Uᵀ·gU)∘F·diag(S) +
     * diag(S)·skew(Vᵀ·gV)∘F + diag(gS))·Vᵀ, plus what of gU lies outside the columns of U, over S, and likewise for V
     * (Townsend 2016).
     */
    private static Tensor gradient(BackwardCall<NoAttributes> call) {
        Tensor u = call.output(0);
        Tensor s = call.output(1);
        Tensor v = call.output(2);
        Tensor right = Views.transpose(v, -2, -1);
        Tensor row = Views.unsqueeze(s, -2);
        Tensor column = Views.unsqueeze(s, -1);
        Tensor total = null;
        if (call.hasGradient(1)) {
            Tensor scaled = Arithmetic.multiply(u, Views.unsqueeze(call.gradient(1), -2));
            total = Matrices.matmul(scaled, right);
        }
        if (call.hasGradient(0)) {
            Tensor inner = Arithmetic.multiply(rotation(u, call.gradient(0), s), row);
            total = sum(total, Matrices.matmul(Matrices.matmul(u, inner), right));
            if (u.size(-2) > u.size(-1)) {
                Tensor outer = outside(u, Arithmetic.divide(call.gradient(0), row));
                total = sum(total, Matrices.matmul(outer, right));
            }
        }
        if (call.hasGradient(2)) {
            Tensor inner = Arithmetic.multiply(column, rotation(v, call.gradient(2), s));
            total = sum(total, Matrices.matmul(Matrices.matmul(u, inner), right));
            if (v.size(-2) > v.size(-1)) {
                Tensor outer = outside(v, Arithmetic.divide(call.gradient(2), row));
                total = sum(total, Matrices.matmul(u, Views.transpose(outer, -2, -1)));
            }
        }
        return total == null ? Tensor.zeros(call.dtype(0), call.shape(0)) : total;
    }

    /** skew(Qᵀ·g)∘F. */
    private static Tensor rotation(Tensor q, Tensor gradient, Tensor s) {
        Tensor product = Matrices.matmul(Views.transpose(q, -2, -1), gradient);
        Tensor skew = Arithmetic.subtract(product, Views.transpose(product, -2, -1));
        Tensor squares = Arithmetic.multiply(s, s);
        Tensor differences = Arithmetic.subtract(Views.unsqueeze(squares, -2), Views.unsqueeze(squares, -1));
        return Arithmetic.divide(skew, Arithmetic.add(differences, identity(s.dtype(), s.size(-1))));
    }

    /** What of the columns of {@code x} lies outside those of Q: x − Q·Qᵀ·x. */
    private static Tensor outside(Tensor q, Tensor x) {
        Tensor inside = Matrices.matmul(q, Matrices.matmul(Views.transpose(q, -2, -1), x));
        return Arithmetic.subtract(x, inside);
    }

    private static Tensor identity(DType dtype, long size) {
        Tensor identity = Tensor.zeros(dtype, Shape.of(size, size));
        for (long i = 0; i < size; i++) {
            Elements.put(dtype, identity.address() + i * (size + 1) * dtype.bytes(), 1);
        }
        return identity;
    }

    private static Tensor sum(@Nullable Tensor a, Tensor b) {
        return a == null ? b : Arithmetic.add(a, b);
    }
}
