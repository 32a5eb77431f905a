// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads and writes at indices. */
class IndexKernelsTest extends KernelSuite {
    @ParameterizedTest
    @MethodSource("all")
    void gathers(Case c) {
        for (long[] sizes : SHAPES) {
            for (int d = 0; d < sizes.length; d++) {
                long[] small = smaller(sizes, d);
                if (sizes[d] == 0) {
                    continue;
                }
                Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 100}, sizes);
                Tensor index = Samples.uniform(DType.INT64, c.memory(), random, new double[] {0, sizes[d]}, small);
                Tensor out = result(c, small);

                c.backend().gather(in, d, index, out);

                double[] x = in.toDoubles();
                long[] places = index.toLongs();
                double[] expected = new double[places.length];
                for (int i = 0; i < places.length; i++) {
                    expected[i] = x[at(sizes, inLarger(sizes, small, i), d, places[i])];
                }
                assertThat(out.toDoubles()).isEqualTo(expected);
            }
        }
    }

    /** A shape that fits inside, and is longer along one dimension. */
    private static long[] smaller(long[] sizes, int dimension) {
        long[] small = sizes.clone();
        for (int d = 0; d < small.length; d++) {
            small[d] = d == dimension ? sizes[d] + 2 : Math.max(Math.min(1, sizes[d]), sizes[d] - 1);
        }
        return small;
    }

    /** The element number in a tensor of {@code sizes} of the same place, or 0 along a dimension where that is outside. */
    private static int inLarger(long[] sizes, long[] small, int index) {
        int rest = index;
        int result = 0;
        int stride = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            int place = (int) (rest % small[d]);
            rest /= (int) small[d];
            result += place < sizes[d] ? place * stride : 0;
            stride *= (int) sizes[d];
        }
        return result;
    }

    @ParameterizedTest
    @MethodSource("all")
    void scatters(Case c) {
        for (long[] sizes : SHAPES) {
            for (int d = 0; d < sizes.length; d++) {
                for (Scatter function : Scatter.values()) {
                    if (sizes[d] > 0) {
                        checkScatter(c, function, sizes, d);
                    }
                }
            }
        }
    }

    private void checkScatter(Case c, Scatter function, long[] sizes, int d) {
        long[] small = smaller(sizes, d);
        Tensor target = Samples.uniform(c.dtype(), c.outMemory(), random, new double[] {1, 2}, sizes);
        Tensor index = Samples.uniform(DType.INT64, c.memory(), random, new double[] {0, sizes[d]}, small);
        Tensor source =
                Samples.uniform(c.dtype(), c.memory(), random, new double[] {1, 2}, with(small, d, sizes[d] + 3));
        double[] expected = target.toDoubles();

        c.backend().scatter(function, target, d, index, source);

        double[] values = source.toDoubles();
        long[] places = index.toLongs();
        long[] sourceSizes = source.shape().sizes();
        for (int i = 0; i < places.length; i++) {
            double value = values[inLarger(sourceSizes, small, i)];
            int to = at(sizes, inLarger(sizes, small, i), d, places[i]);
            expected[to] = switch (function) {
                case SET -> value;
                case ADD -> expected[to] + value;
                case MULTIPLY -> expected[to] * value;
            };
        }
        assertClose(target, rounded(c.dtype(), expected), function == Scatter.SET ? 0 : 4, function.name());
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void sumsOfManySmallHalvesAreExact(Backend backend) {
        for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT16)) {
            Tensor target = Tensor.zeros(dtype, Shape.of(2));
            Tensor ones = Tensor.zeros(dtype, Shape.of(3000));
            backend.fill(ones, 1);
            backend.scatter(Scatter.ADD, target, 0, Tensor.zeros(DType.INT64, Shape.of(3000)), ones);
            assertThat(target.toDoubles()).containsExactly(rounded(dtype, new double[] {3000, 0}));
            Tensor table = Tensor.zeros(dtype, Shape.of(2, 1));
            Tensor rows = ones.reshaped(Shape.of(3000, 1));
            backend.scatterAddRows(rows, Tensor.zeros(DType.INT32, Shape.of(3000)), table);
            assertThat(table.toDoubles()).containsExactly(rounded(dtype, new double[] {3000, 0}));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void gathersAndScattersRows(Case c) {
        Tensor table = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 50}, 9, 5);
        for (Tensor ids : List.of(
                Tensor.of(new byte[] {8, 0, 3, 3}, 4),
                Tensor.of(new int[] {8, 0, 3, 3}, 4),
                Tensor.of(new long[] {8, 0, 3, 3}, 4),
                Tensor.of(new long[] {8, 1, 0, 1, 3, 1, 3, 1}, 8).subview(Shape.of(4), new long[] {2}, 0))) {
            Tensor out = result(c, 4, 5);
            c.backend().gatherRows(table, ids, out);
            double[] rows = table.toDoubles();
            double[] expected = new double[20];
            int[] numbers = {8, 0, 3, 3};
            for (int i = 0; i < 20; i++) {
                expected[i] = rows[numbers[i / 5] * 5 + i % 5];
            }
            assertThat(out.toDoubles()).isEqualTo(expected);

            Tensor sums = Samples.uniform(c.dtype(), c.outMemory(), random, new double[] {0, 1e-9}, 9, 5);
            c.backend().fill(sums, 0);
            c.backend().scatterAddRows(out, ids, sums);
            double[] added = new double[45];
            for (int i = 0; i < 20; i++) {
                added[numbers[i / 5] * 5 + i % 5] += expected[i];
            }
            assertClose(sums, rounded(c.dtype(), added));
        }
        Tensor none = Tensor.empty(DType.INT64, Shape.of(0));
        Tensor empty = Tensor.empty(c.dtype(), Shape.of(0, 5));
        c.backend().gatherRows(table, none, empty);
        c.backend().scatterAddRows(empty, none, Tensor.zeros(c.dtype(), Shape.of(9, 5)));
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void manyRows(Backend backend) {
        Tensor table = sample(DType.FLOAT32, -1, 1, 1000, 64);
        Tensor ids = Samples.uniform(DType.INT64, Memory.CONTIGUOUS, random, new double[] {0, 1000}, 3000);
        Tensor out = result(DType.FLOAT32, 3000, 64);
        backend.gatherRows(table, ids, out);
        float[] rows = table.toFloats();
        float[] expected = new float[3000 * 64];
        long[] numbers = ids.toLongs();
        for (int i = 0; i < expected.length; i++) {
            expected[i] = rows[(int) numbers[i / 64] * 64 + i % 64];
        }
        assertThat(out.toFloats()).isEqualTo(expected);
    }
}
