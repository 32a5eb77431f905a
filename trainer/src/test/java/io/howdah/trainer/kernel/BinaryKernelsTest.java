// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of two elements, comparisons, choices and fills. */
class BinaryKernelsTest extends KernelSuite {
    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @ParameterizedTest
    @MethodSource("floating")
    void functionsWithBroadcasts(Case c) {
        for (long[] sizes : SHAPES) {
            Tensor a = sample(c, sizes);
            for (int stretched = 0; stretched < 1 << Math.min(3, sizes.length); stretched++) {
                Tensor b = stretched(c.dtype(), stretched, sizes);
                for (Binary function : Binary.values()) {
                    if (!isBitwise(function)) {
                        check(c, function, a, b);
                        check(c, function, b, a);
                    }
                }
            }
        }
    }

    /** A positive tensor that is broadcast in the dimensions whose bit is set. */
    private Tensor stretched(DType dtype, int dimensions, long... sizes) {
        long[] small = sizes.clone();
        for (int d = 0; d < small.length; d++) {
            if ((dimensions >> d & 1) == 1 && sizes[d] > 0) {
                small[d] = 1;
            }
        }
        Tensor tensor = sample(dtype, 0.5, 2, small);
        long[] strides = tensor.strides();
        for (int d = 0; d < sizes.length; d++) {
            strides[d] = tensor.size(d) == 1 && sizes[d] != 1 ? 0 : strides[d];
        }
        return tensor.view(Shape.of(sizes), strides, 0);
    }

    private static boolean isBitwise(Binary function) {
        return function == Binary.AND || function == Binary.OR || function == Binary.XOR;
    }

    private static void check(Case c, Binary function, Tensor a, Tensor b) {
        Tensor out = result(c, a.shape().sizes());
        c.backend().binary(function, a, b, out);
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double[] expected = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            expected[i] = formula(function, x[i], y[i]);
        }
        if (function == Binary.DIVIDE
                || function == Binary.REMAINDER
                || function == Binary.TRUNC_REMAINDER
                || function == Binary.POWER) {
            expected = rounded(c.dtype(), expected);
        }
        assertClose(out, expected, 1, function.name());
    }

    private static double formula(Binary function, double x, double y) {
        return switch (function) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> x / y;
            case FLOOR_DIVIDE -> Math.floor(x / y);
            case TRUNC_DIVIDE -> Math.signum(x) * Math.signum(y) * Math.floor(Math.abs(x / y));
            case REMAINDER -> x - y * Math.floor(x / y);
            case TRUNC_REMAINDER -> x % y;
            case POWER -> Math.pow(x, y);
            case MAXIMUM -> Math.max(x, y);
            case MINIMUM -> Math.min(x, y);
            case COPY_SIGN -> Math.abs(x) * (y < 0 ? -1 : 1);
            case AND, OR, XOR -> NAN;
        };
    }

    @ParameterizedTest
    @MethodSource("integral")
    void integersWrapAround(Case c) {
        for (long[] sizes : SHAPES) {
            Tensor a = Samples.uniform(c.dtype(), c.memory(), random, new double[] {-3e9, 3e9}, sizes);
            Tensor b = Samples.uniform(c.dtype(), c.memory(), random, new double[] {1, 9}, sizes);
            for (Binary function : Binary.values()) {
                if (function != Binary.DIVIDE && function != Binary.COPY_SIGN) {
                    Tensor out = result(c, sizes);
                    c.backend().binary(function, a, b, out);
                    long[] expected = a.toLongs();
                    long[] y = b.toLongs();
                    for (int i = 0; i < y.length; i++) {
                        expected[i] = formula(function, expected[i], y[i]);
                    }
                    assertThat(out.toLongs()).as(function.name()).isEqualTo(wrapped(c.dtype(), expected));
                }
            }
        }
    }

    private static long formula(Binary function, long x, long y) {
        return switch (function) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case FLOOR_DIVIDE -> Math.floorDiv(x, y);
            case TRUNC_DIVIDE -> x / y;
            case REMAINDER -> Math.floorMod(x, y);
            case TRUNC_REMAINDER -> x % y;
            case POWER -> BigInteger.valueOf(x).pow((int) y).longValue();
            case MAXIMUM -> Math.max(x, y);
            case MINIMUM -> Math.min(x, y);
            case AND -> x & y;
            case OR -> x | y;
            case XOR -> x ^ y;
            case DIVIDE, COPY_SIGN -> 0;
        };
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void edges(Backend backend) {
        double[] a = {-7, 7, 5, 1, 1, -1, NAN, 2, -0.0, 6, -1};
        double[] b = {2, -2, 0, NAN, INFINITY, INFINITY, 0, NAN, 0.0, 0.1, INFINITY};
        for (DType dtype : FLOATING) {
            assertThat(binary(backend, dtype, Binary.FLOOR_DIVIDE, a, b))
                    .containsExactly(-4, -4, INFINITY, NAN, 0, -1, NAN, NAN, NAN, floorOf(6, dtype), -1);
            assertThat(binary(backend, dtype, Binary.TRUNC_DIVIDE, a, b)).startsWith(-3, -3, INFINITY, NAN, 0, -0.0);
            assertThat(binary(backend, dtype, Binary.REMAINDER, a, b))
                    .startsWith(1, -1, NAN, NAN, 1, INFINITY, NAN, NAN, NAN);
            assertThat(binary(backend, dtype, Binary.POWER, a, b))
                    .startsWith(49, rounded(dtype, new double[] {1 / 49.0})[0], 1, 1, 1, 1, 1, NAN);
            assertThat(binary(backend, dtype, Binary.MAXIMUM, a, b)).startsWith(2, 7, 5, NAN, INFINITY, INFINITY, NAN);
            assertThat(binary(backend, dtype, Binary.MINIMUM, a, b)).startsWith(-7, -2, 0, NAN, 1, -1, NAN);
            assertThat(binary(backend, dtype, Binary.COPY_SIGN, b, a)).startsWith(-2, 2, 0);
            assertThat(binary(backend, dtype, Binary.COPY_SIGN, new double[] {3}, new double[] {-0.0}))
                    .containsExactly(-3);
        }
    }

    private static double floorOf(double a, DType dtype) {
        BigDecimal divisor = new BigDecimal(rounded(dtype, new double[] {0.1})[0]);
        return new BigDecimal(a).divideToIntegralValue(divisor).doubleValue();
    }

    private static double[] binary(Backend backend, DType dtype, Binary function, double[] a, double[] b) {
        Tensor x = result(dtype, a.length);
        Tensor y = result(dtype, b.length);
        backend.convert(Tensor.of(a, a.length), x);
        backend.convert(Tensor.of(b, b.length), y);
        Tensor out = result(dtype, a.length);
        backend.binary(function, x, y, out);
        return out.toDoubles();
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void integerEdges(Backend backend) {
        for (DType dtype : INTEGRAL) {
            Tensor zero = Tensor.zeros(dtype, Shape.of(3));
            for (Binary function : new Binary[] {Binary.FLOOR_DIVIDE, Binary.TRUNC_DIVIDE, Binary.REMAINDER}) {
                assertThatThrownBy(() -> backend.binary(function, zero, zero, zero))
                        .isInstanceOf(ArithmeticException.class);
            }
        }
        Tensor out = Tensor.zeros(DType.INT64, Shape.of(5));
        Tensor base = Tensor.of(new long[] {2, 1, -1, -1, 3}, 5);
        backend.binary(Binary.POWER, base, Tensor.of(new long[] {-1, -5, -3, -2, 41}, 5), out);
        assertThat(out.toLongs())
                .containsExactly(0, 1, -1, 1, BigInteger.valueOf(3).pow(41).longValue());
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void logicOfBools(Backend backend) {
        Tensor a = Tensor.of(new boolean[] {false, false, true, true}, 4);
        Tensor b = Tensor.of(new boolean[] {false, true, false, true}, 4);
        Tensor out = Tensor.zeros(DType.BOOL, Shape.of(4));
        backend.binary(Binary.AND, a, b, out);
        assertThat(out.toLongs()).containsExactly(0, 0, 0, 1);
        backend.binary(Binary.OR, a, b, out);
        assertThat(out.toLongs()).containsExactly(0, 1, 1, 1);
        backend.binary(Binary.XOR, a, b, out);
        assertThat(out.toLongs()).containsExactly(0, 1, 1, 0);
        backend.binary(Binary.ADD, a, b, out);
        assertThat(out.toLongs()).containsExactly(0, 1, 1, 1);
        backend.binary(Binary.MULTIPLY, a, b, out);
        assertThat(out.toLongs()).containsExactly(0, 0, 0, 1);
    }

    @ParameterizedTest
    @MethodSource("all")
    void comparisons(Case c) {
        for (long[] sizes : SHAPES) {
            Tensor a = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 2}, sizes);
            Tensor b = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 2}, sizes);
            double[] x = a.toDoubles();
            double[] y = b.toDoubles();
            for (Comparison relation : Comparison.values()) {
                Tensor out = Samples.empty(DType.BOOL, c.outMemory(), sizes);
                c.backend().compare(relation, a, b, out);
                long[] expected = new long[x.length];
                for (int i = 0; i < x.length; i++) {
                    expected[i] = holds(relation, Double.compare(x[i], y[i])) ? 1 : 0;
                }
                assertThat(out.toLongs()).as(relation.name()).isEqualTo(expected);
            }
        }
    }

    private static boolean holds(Comparison relation, int order) {
        return switch (relation) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_EQUAL -> order >= 0;
        };
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void comparesNanZerosAndLargeIntegers(Backend backend) {
        for (DType dtype : FLOATING) {
            double[] pairs = {NAN, -0.0};
            Tensor a = result(dtype, 2);
            backend.convert(Tensor.of(pairs, 2), a);
            Tensor zeros = Tensor.zeros(dtype, Shape.of(2));
            Tensor out = Tensor.zeros(DType.BOOL, Shape.of(2));
            for (Comparison relation : Comparison.values()) {
                backend.compare(relation, a, zeros, out);
                assertThat(out.toLongs())
                        .containsExactly(relation == Comparison.NOT_EQUAL ? 1 : 0, holds(relation, 0) ? 1 : 0);
            }
        }
        Tensor out = Tensor.zeros(DType.BOOL, Shape.of(1));
        Tensor large = Tensor.of(new long[] {1L << 53}, 1);
        backend.compare(Comparison.LESS, large, Tensor.of(new long[] {(1L << 53) + 1}, 1), out);
        assertThat(out.toLongs()).containsExactly(1);
    }

    @ParameterizedTest
    @MethodSource("all")
    void choices(Case c) {
        for (long[] sizes : SHAPES) {
            Tensor condition = Samples.empty(DType.BOOL, c.outMemory(), sizes);
            Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(sizes));
            c.backend().compare(Comparison.GREATER, sample(DType.FLOAT32, -1, 1, sizes), zeros, condition);
            Tensor a = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 100}, sizes);
            Tensor b = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 100}, sizes);
            Tensor out = result(c, sizes);
            c.backend().where(condition, a, b, out);
            long[] chosen = condition.toLongs();
            double[] expected = a.toDoubles();
            double[] otherwise = b.toDoubles();
            for (int i = 0; i < expected.length; i++) {
                expected[i] = chosen[i] == 1 ? expected[i] : otherwise[i];
            }
            assertThat(out.toDoubles()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void fills(Case c) {
        for (long[] sizes : SHAPES) {
            for (double value : new double[] {0, 1, 2.5, 200}) {
                Tensor out = result(c, sizes);
                c.backend().fill(out, value);
                double[] expected = new double[(int) out.elements()];
                Arrays.fill(expected, value);
                assertThat(out.toDoubles()).isEqualTo(rounded(c.dtype(), expected));
            }
        }
        Tensor large = Tensor.zeros(DType.INT64, Shape.of(3));
        c.backend().fill(large, 1L << 53);
        assertThat(large.toLongs()).containsOnly(1L << 53);
    }

    @ParameterizedTest
    @MethodSource("floating")
    void scalesInPlace(Case c) {
        for (long[] sizes : SHAPES) {
            for (double[] numbers : new double[][] {{-1.5, 0.25}, {1, 0.1}, {0.1, 0}}) {
                Tensor a = Samples.uniform(c.dtype(), c.outMemory(), random, new double[] {-3, 3}, sizes);
                double[] expected = a.toDoubles();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = expected[i] * numbers[0] + numbers[1];
                }
                c.backend().scale(a, numbers[0], numbers[1], a);
                assertClose(a, expected);
            }
        }
    }
}
