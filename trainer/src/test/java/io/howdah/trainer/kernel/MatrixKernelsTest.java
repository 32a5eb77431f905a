// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products. */
class MatrixKernelsTest extends KernelSuite {
    static List<Arguments> products() {
        List<Arguments> cases = new ArrayList<>();
        for (Backend backend : BACKENDS) {
            for (DType dtype : FLOATING) {
                for (Memory left : Memory.values()) {
                    for (Memory right : Memory.values()) {
                        cases.add(Arguments.of(backend, dtype, left, right));
                    }
                }
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("products")
    void products(Backend backend, DType dtype, Memory left, Memory right) {
        for (int[] size : new int[][] {{2, 3, 4}, {33, 40, 37}, {0, 3, 2}, {2, 0, 3}, {1, 65, 300}, {200, 90, 1}}) {
            Tensor a = sample(dtype, left, size[0], size[1]);
            Tensor b = sample(dtype, right, size[1], size[2]);
            Tensor bias = sample(dtype, Memory.CONTIGUOUS, size[2]);
            check(backend, a, b, null, dtype);
            check(backend, a, b, bias, dtype);
            if (dtype.bytes() == 2) {
                check(backend, a, b, null, DType.FLOAT32);
            }
        }
        check(backend, sample(dtype, left, 3, 20, 21), sample(dtype, right, 3, 21, 22), null, dtype);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void stretchedOperands(Backend backend) {
        Tensor row = sample(DType.FLOAT32, Memory.CONTIGUOUS, 1, 64);
        Tensor a = row.view(Shape.of(64, 64), new long[] {0, 1}, 0);
        Tensor b = row.view(Shape.of(64, 64), new long[] {1, 0}, 0);
        check(backend, a, b, null, DType.FLOAT32);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void aWideProductOfATransposedOperand(Backend backend) {
        for (DType dtype : FLOATING) {
            Tensor a = sample(dtype, Memory.TRANSPOSED, 24, 600);
            check(backend, a, sample(dtype, Memory.CONTIGUOUS, 600, 64), null, dtype);
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void highProductsWhoseRightOperandIsWideOrHigh(Backend backend) {
        for (DType dtype : FLOATING) {
            for (Memory memory : List.of(Memory.CONTIGUOUS, Memory.TRANSPOSED)) {
                Tensor a = sample(dtype, Memory.CONTIGUOUS, 1024, 8);
                check(backend, a, sample(dtype, memory, 8, 24), sample(dtype, Memory.CONTIGUOUS, 24), dtype);
                Tensor deep = sample(dtype, Memory.CONTIGUOUS, 1024, 24);
                check(backend, deep, sample(dtype, memory, 24, 8), null, dtype);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("products")
    void productsWithEpilogues(Backend backend, DType dtype, Memory left, Memory right) {
        for (DType out : dtype.bytes() == 2 ? List.of(dtype, DType.FLOAT32) : List.of(dtype)) {
            Tensor a = sample(dtype, left, 3, 20, 21);
            Tensor b = sample(dtype, right, 3, 21, 22);
            Tensor whole = sample(out, Memory.CONTIGUOUS, 3, 20, 22);
            Tensor shared = sample(out, Memory.CONTIGUOUS, 20, 22).view(Shape.of(3, 20, 22), new long[] {0, 22, 1}, 0);
            for (Tensor addend : new Tensor[] {null, whole, shared}) {
                Epilogue epilogue = new Epilogue(0.125, addend, false);
                checkProduct(backend, a, b, epilogue, out);
                checkProduct(backend, a, b, epilogue.accumulating(), out);
            }
            checkProduct(backend, sample(dtype, left, 33, 9), sample(dtype, right, 9, 17), Epilogue.scaled(-3), out);
        }
    }

    private void checkProduct(Backend backend, Tensor a, Tensor b, Epilogue epilogue, DType dtype) {
        checkProduct(backend, a, b, epilogue, sample(dtype, Memory.CONTIGUOUS, around(a, b, 1)));
        checkProduct(backend, a, b, epilogue, sample(dtype, Memory.CONTIGUOUS, around(a, b, 2)));
    }

    private static long[] around(Tensor a, Tensor b, int copies) {
        return new long[] {a.shape().rank() == 3 ? a.size(0) : 1, a.size(-2), copies * b.size(-1)};
    }

    /** Into the first columns of a tensor that may be wider, whose other columns have to stay. */
    private void checkProduct(Backend backend, Tensor a, Tensor b, Epilogue epilogue, Tensor around) {
        int rows = (int) a.size(-2);
        int columns = (int) b.size(-1);
        int batches = a.shape().rank() == 3 ? (int) a.size(0) : 1;
        double[] before = around.toDoubles();
        long[] strides = around.strides();
        Tensor out = a.shape().rank() == 3
                ? around.subview(Shape.of(batches, rows, columns), strides, 0)
                : around.subview(Shape.of(rows, columns), new long[] {strides[1], 1}, 0);

        backend.product(a, b, epilogue, out);

        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double[] addend = epilogue.addend() == null ? null : epilogue.addend().toDoubles();
        int depth = (int) a.size(-1);
        double[] expected = before.clone();
        for (int i = 0; i < batches * rows * columns; i++) {
            int line = i / columns;
            double sum = 0;
            for (int k = 0; k < depth; k++) {
                sum += x[line * depth + k] * y[(line / rows * depth + k) * columns + i % columns];
            }
            int place = line * (int) around.size(2) + i % columns;
            sum = sum * epilogue.scale() + (addend == null ? 0 : addend[i]);
            expected[place] = sum + (epilogue.accumulates() ? before[place] : 0);
        }
        assertClose(around, expected, 2, epilogue + " of " + a + " times " + b);
    }

    private Tensor sample(DType dtype, Memory memory, long... sizes) {
        return Samples.uniform(dtype, memory, random, new double[] {-1, 1}, sizes);
    }

    private static void check(Backend backend, Tensor a, Tensor b, Tensor bias, DType outDType) {
        long[] sizes = a.shape().sizes();
        sizes[sizes.length - 1] = b.size(-1);
        Tensor out = Samples.empty(outDType, Memory.CONTIGUOUS, sizes);

        backend.matmul(a, b, bias, out);

        int rows = (int) a.size(-2);
        int depth = (int) a.size(-1);
        int columns = (int) b.size(-1);
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double[] initial = bias == null ? new double[columns] : bias.toDoubles();
        double[] expected = new double[(int) out.elements()];
        for (int i = 0; i < expected.length; i++) {
            int batch = i / (rows * columns);
            int row = i / columns % rows;
            expected[i] = initial[i % columns];
            for (int k = 0; k < depth; k++) {
                expected[i] += x[(batch * rows + row) * depth + k] * y[(batch * depth + k) * columns + i % columns];
            }
        }
        assertClose(out, expected, Math.max(1, depth / 64.0), a + " times " + b);
    }
}
