// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products, and sums over rows, which are products with a row of ones. */
final class MatrixProducts {
    /** Below this many multiplications a call costs more than the Java loop. */
    private static final long SMALL = 16 * 1024;

    private final Runner runner;
    private final JavaBackend java;

    MatrixProducts(Runner runner, JavaBackend java) {
        this.runner = runner;
        this.java = java;
    }

    void matmul(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (out.dtype() == DType.FLOAT64 || out.elements() * a.size(-1) < SMALL) {
            java.matmul(a, b, bias, out);
            return;
        }
        try (Operand left = Operand.of(a, java);
                Operand right = Operand.of(b, java)) {
            boolean done = isMatrix(out) && multiply(left.tensor(), right.tensor(), bias, out);
            if (!done && a.dtype().bytes() == 2) {
                multiplyWide(a, b, bias, out);
            } else if (!done) {
                java.matmul(a, b, bias, out);
            }
        }
    }

    private boolean multiply(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        if (bias == null) {
            return runner.run(Recipe.of(Family.MATMUL, 0, Layout.of(a), Layout.of(b), Layout.of(out)), a, b, out);
        }
        long[] sizes = new long[out.shape().rank()];
        Arrays.fill(sizes, 1);
        sizes[sizes.length - 1] = bias.elements();
        try (Operand row = Operand.of(bias, java)) {
            Recipe recipe = Recipe.of(
                    Family.MATMUL_WITH_BIAS,
                    0,
                    Layout.of(a),
                    Layout.of(b),
                    Layout.of(out),
                    Layout.contiguous(bias.dtype(), sizes));
            return runner.run(recipe, a, b, out, row.tensor());
        }
    }

    /** In float32, for a 16-bit dtype that this processor has no fast product for. */
    private void multiplyWide(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        List<Tensor> temporary = new ArrayList<>();
        try {
            Tensor wideOut = Tensor.empty(DType.FLOAT32, out.shape());
            temporary.add(wideOut);
            Tensor wideBias = bias == null ? null : wide(bias, temporary);
            matmul(wide(a, temporary), wide(b, temporary), wideBias, wideOut);
            java.convert(wideOut, out);
        } finally {
            temporary.forEach(Tensor::close);
        }
    }

    private Tensor wide(Tensor tensor, List<Tensor> temporary) {
        Tensor wide = Tensor.empty(DType.FLOAT32, tensor.shape());
        temporary.add(wide);
        java.convert(tensor, wide);
        return wide;
    }

    /** out[0, c] = Σ_r in[r, c] where {@code out} keeps trailing dimensions alone; false for other sums. */
    boolean sumOfRows(Tensor in, Tensor out) {
        int rank = in.shape().rank();
        int kept = rank;
        while (kept > 0 && in.size(kept - 1) == out.size(kept - 1)) {
            kept--;
        }
        long columns = out.elements();
        if (columns < 2 || !out.isContiguous() || in.elements() / columns * columns != in.elements()) {
            return false;
        }
        for (int d = 0; d < kept; d++) {
            if (out.size(d) != 1) {
                return false;
            }
        }
        long rows = in.elements() / columns;
        try (Tensor ones = Tensor.zeros(DType.FLOAT32, Shape.of(1, rows))) {
            java.scale(ones, 0, 1, ones);
            return multiply(ones, in.reshaped(Shape.of(rows, columns)), null, out.reshaped(Shape.of(1, columns)));
        }
    }

    /** Whether the rows or the columns lie side by side, as oneDNN's products want it. */
    private static boolean isMatrix(Tensor tensor) {
        long rows = tensor.size(-2);
        long columns = tensor.size(-1);
        return tensor.stride(-1) == 1 && tensor.stride(-2) >= columns
                || tensor.stride(-2) == 1 && tensor.stride(-1) >= rows;
    }

    /** An operand in a layout that oneDNN multiplies fast: itself, or a copy that is freed on close. */
    private record Operand(Tensor tensor, boolean copied) implements AutoCloseable {
        static Operand of(Tensor tensor, JavaBackend java) {
            boolean usable = tensor.shape().rank() == 1 ? tensor.isContiguous() : isMatrix(tensor);
            if (usable) {
                return new Operand(tensor, false);
            }
            Tensor copy = Tensor.empty(tensor.dtype(), tensor.shape());
            java.convert(tensor, copy);
            return new Operand(copy, true);
        }

        @Override
        public void close() {
            if (copied) {
                tensor.close();
            }
        }
    }
}
