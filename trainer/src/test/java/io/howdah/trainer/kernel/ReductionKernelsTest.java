// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Reductions, searches, scans and sorts. */
class ReductionKernelsTest extends KernelSuite {
    @ParameterizedTest
    @MethodSource("floating")
    void reductions(Case c) {
        for (long[] sizes : SHAPES) {
            for (int reduced = 0; reduced < 1 << sizes.length; reduced++) {
                for (Reduction function : Reduction.values()) {
                    double low = function == Reduction.PRODUCT ? 0.9 : -3;
                    double high = function == Reduction.PRODUCT ? 1.1 : 3;
                    Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {low, high}, sizes);
                    Tensor out = result(c, reduced(sizes, reduced));

                    c.backend().reduce(function, in, out);

                    double[] expected = new double[(int) out.elements()];
                    Arrays.fill(expected, identity(function));
                    double[] values = in.toDoubles();
                    for (int i = 0; i < values.length; i++) {
                        int to = target(i, sizes, out.shape().sizes());
                        expected[to] = formula(function, expected[to], values[i]);
                    }
                    boolean many = function == Reduction.SUM || function == Reduction.PRODUCT;
                    assertClose(out, expected, many ? 4 : 0, function.name());
                }
            }
        }
    }

    private static long[] reduced(long[] sizes, int dimensions) {
        long[] result = sizes.clone();
        for (int d = 0; d < sizes.length; d++) {
            result[d] = (dimensions >> d & 1) == 1 ? 1 : sizes[d];
        }
        return result;
    }

    private static double identity(Reduction function) {
        return switch (function) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MAXIMUM -> Double.NEGATIVE_INFINITY;
            case MINIMUM -> Double.POSITIVE_INFINITY;
        };
    }

    private static double formula(Reduction function, double a, double b) {
        return switch (function) {
            case SUM -> a + b;
            case PRODUCT -> a * b;
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
        };
    }

    /** Flat index of the result that element {@code index} belongs to. */
    private static int target(int index, long[] sizes, long[] outSizes) {
        int rest = index;
        int result = 0;
        int stride = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            int at = (int) (rest % sizes[d]);
            rest /= (int) sizes[d];
            result += outSizes[d] == 1 ? 0 : at * stride;
            stride *= (int) outSizes[d];
        }
        return result;
    }

    @ParameterizedTest
    @MethodSource("integral")
    void integerReductionsWrapAround(Case c) {
        for (long[] sizes : SHAPES) {
            for (Reduction function : Reduction.values()) {
                for (int reduced = 0; reduced < 1 << sizes.length; reduced++) {
                    Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {-3e9, 3e9}, sizes);
                    Tensor out = result(c, reduced(sizes, reduced));
                    if (in.elements() == 0 && (function == Reduction.MAXIMUM || function == Reduction.MINIMUM)) {
                        continue;
                    }
                    c.backend().reduce(function, in, out);
                    long[] expected = new long[(int) out.elements()];
                    long[] values = in.toLongs();
                    boolean[] started = new boolean[expected.length];
                    Arrays.fill(expected, function == Reduction.PRODUCT ? 1 : 0);
                    for (int i = 0; i < values.length; i++) {
                        int to = target(i, sizes, out.shape().sizes());
                        boolean first = !started[to];
                        started[to] = true;
                        expected[to] = switch (function) {
                            case SUM -> expected[to] + values[i];
                            case PRODUCT -> expected[to] * values[i];
                            case MAXIMUM -> first ? values[i] : Math.max(expected[to], values[i]);
                            case MINIMUM -> first ? values[i] : Math.min(expected[to], values[i]);
                        };
                    }
                    assertThat(out.toLongs()).as(function.name()).isEqualTo(wrapped(c.dtype(), expected));
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void largeSumsArePreciseAndRepeatable(Backend backend) {
        for (long[] sizes : new long[][] {{300_000, 1}, {3, 200_000}, {5000, 70}, {2, 40_000, 3}}) {
            for (int dimension = 0; dimension < sizes.length; dimension++) {
                Tensor in = sample(DType.FLOAT32, 0, 1, sizes);
                Tensor out = result(DType.FLOAT32, with(sizes, dimension, 1));
                Tensor again = result(DType.FLOAT32, with(sizes, dimension, 1));
                backend.reduce(Reduction.SUM, in, out);
                backend.reduce(Reduction.SUM, in, again);
                double[] expected = new double[(int) out.elements()];
                double[] values = in.toDoubles();
                for (int i = 0; i < values.length; i++) {
                    expected[target(i, sizes, out.shape().sizes())] += values[i];
                }
                assertClose(out, expected, 0.5, "sum");
                assertThat(again.toDoubles()).isEqualTo(out.toDoubles());
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void nanSpreads(Backend backend) {
        for (DType dtype : FLOATING) {
            for (int width : new int[] {3, 5000}) {
                Tensor in = Tensor.zeros(dtype, Shape.of(2, width));
                backend.fill(in.subview(Shape.of(1), new long[] {1}, width - 2), Double.NaN);
                for (Reduction function : Reduction.values()) {
                    Tensor out = result(dtype, 2, 1);
                    backend.reduce(function, in, out);
                    assertThat(out.toDoubles()).as(function.name()).containsExactly(Double.NaN, 0);
                    Tensor columns = result(dtype, 1, width);
                    backend.reduce(function, in, columns);
                    assertThat(columns.toDoubles()[width - 2])
                            .as(function.name())
                            .isNaN();
                }
                for (boolean largest : new boolean[] {true, false}) {
                    Tensor values = result(dtype, 2, 1);
                    Tensor indices = result(DType.INT64, 2, 1);
                    backend.argReduce(largest, in, 1, values, indices);
                    assertThat(values.toDoubles()).containsExactly(Double.NaN, 0);
                    assertThat(indices.toLongs()).containsExactly(width - 2, 0);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void firstExtremes(Case c) {
        for (long[] sizes : SHAPES) {
            for (int d = 0; d < sizes.length; d++) {
                if (sizes[d] == 0) {
                    continue;
                }
                for (boolean largest : new boolean[] {true, false}) {
                    Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 9}, sizes);
                    Tensor values = result(c, with(sizes, d, 1));
                    Tensor indices = Samples.empty(DType.INT64, c.outMemory(), with(sizes, d, 1));

                    c.backend().argReduce(largest, in, d, values, indices);

                    double[] x = in.toDoubles();
                    double[] expected = new double[(int) values.elements()];
                    long[] places = new long[expected.length];
                    for (int i = 0; i < places.length; i++) {
                        int best = 0;
                        for (int j = 1; j < sizes[d]; j++) {
                            double order = x[line(sizes, d, i, j)] - x[line(sizes, d, i, best)];
                            best = largest ? order > 0 ? j : best : order < 0 ? j : best;
                        }
                        places[i] = best;
                        expected[i] = x[line(sizes, d, i, best)];
                    }
                    assertThat(indices.toLongs()).isEqualTo(places);
                    assertThat(values.toDoubles()).isEqualTo(expected);
                }
            }
        }
    }

    /** The element number of the j-th element of a line. */
    private static int line(long[] sizes, int dimension, int line, int j) {
        int inner = 1;
        for (int d = sizes.length - 1; d > dimension; d--) {
            inner *= (int) sizes[d];
        }
        return (line / inner * (int) sizes[dimension] + j) * inner + line % inner;
    }

    @ParameterizedTest
    @MethodSource("all")
    void scans(Case c) {
        for (long[] sizes : SHAPES) {
            for (int d = 0; d < sizes.length; d++) {
                for (Scan function : Scan.values()) {
                    double[] bounds = function == Scan.PRODUCT ? new double[] {0.9, 1.1} : new double[] {-3, 3};
                    Tensor in = Samples.uniform(c.dtype(), c.memory(), random, bounds, sizes);
                    Tensor out = result(c, sizes);

                    c.backend().scan(function, in, d, out);

                    double[] expected = in.toDoubles();
                    for (int i = 0; i < expected.length; i++) {
                        int place = place(sizes, i, d);
                        if (place > 0) {
                            double before = expected[at(sizes, i, d, place - 1)];
                            expected[i] = function == Scan.SUM ? before + expected[i] : before * expected[i];
                        }
                    }
                    boolean floating = c.dtype().isFloating();
                    assertClose(out, floating ? expected : rounded(c.dtype(), expected), 2, function.name());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void stableSorts(Case c) {
        for (long[] sizes : SHAPES) {
            for (int d = 0; d < sizes.length; d++) {
                for (boolean descending : new boolean[] {true, false}) {
                    Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {-9, 9}, sizes);
                    if (c.dtype().isFloating() && sizes[0] > 3 && sizes.length > 1) {
                        c.backend().fill(in.subview(Shape.of(2), new long[] {in.stride(0)}, 0), Double.NaN);
                    }
                    Tensor values = result(c, sizes);
                    Tensor indices = Samples.empty(DType.INT64, c.outMemory(), sizes);

                    c.backend().sort(in, d, descending, values, indices);

                    checkSorted(in, d, descending, values, indices);
                }
            }
        }
    }

    private static void checkSorted(Tensor in, int dimension, boolean descending, Tensor values, Tensor indices) {
        long[] sizes = in.shape().sizes();
        double[] x = in.toDoubles();
        double[] sorted = new double[x.length];
        long[] places = new long[x.length];
        int length = (int) sizes[dimension];
        int lines = length == 0 ? 0 : x.length / length;
        for (int i = 0; i < lines; i++) {
            int line = i;
            Comparator<Integer> order = Comparator.comparingDouble(j -> x[line(sizes, dimension, line, j)]);
            Integer[] expected = IntStream.range(0, length).boxed().toArray(Integer[]::new);
            Arrays.sort(expected, descending ? order.reversed() : order);
            for (int j = 0; j < length; j++) {
                int at = line(sizes, dimension, i, j);
                places[at] = expected[j];
                sorted[at] = x[line(sizes, dimension, i, expected[j])];
            }
        }
        assertThat(indices.toLongs()).isEqualTo(places);
        assertThat(values.toDoubles()).isEqualTo(sorted);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void sortsZerosNansAndLargeIntegers(Backend backend) {
        for (DType dtype : FLOATING) {
            double[] x = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, -1, Double.NEGATIVE_INFINITY, Double.NaN};
            Tensor in = result(dtype, 7);
            backend.convert(Tensor.of(x, 7), in);
            Tensor values = result(dtype, 7);
            Tensor indices = result(DType.INT64, 7);
            backend.sort(in, 0, false, values, indices);
            assertThat(indices.toLongs()).containsExactly(5, 4, 0, 1, 3, 2, 6);
            backend.sort(in, 0, true, values, indices);
            assertThat(indices.toLongs()).containsExactly(2, 6, 3, 0, 1, 4, 5);
        }
        Tensor in = Tensor.of(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, 0}, 4);
        Tensor values = result(DType.INT64, 4);
        Tensor indices = result(DType.INT64, 4);
        backend.sort(in, 0, false, values, indices);
        assertThat(indices.toLongs()).containsExactly(1, 3, 2, 0);
        backend.argReduce(false, in, 0, values.subview(Shape.of(1), new long[] {1}, 0), indices);
        assertThat(indices.toLongs()[0]).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("all")
    void scalars(Case c) {
        Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {1, 9});
        Tensor out = result(c);
        Tensor index = result(DType.INT64);
        c.backend().argReduce(true, in, 0, out, index);
        assertThat(out.item()).isEqualTo(in.item());
        assertThat(index.item()).isZero();
        c.backend().sort(in, 0, true, out, index);
        assertThat(out.item()).isEqualTo(in.item());
        c.backend().scan(Scan.SUM, in, 0, out);
        assertThat(out.item()).isEqualTo(in.item());
        c.backend().reduce(Reduction.SUM, in, out);
        assertThat(out.item()).isEqualTo(in.item());
    }
}
