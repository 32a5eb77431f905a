// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of one element and their derivatives. */
class UnaryKernelsTest extends KernelSuite {
    private static double alpha(Unary function) {
        return switch (function) {
            case POWER -> 2.5;
            case CLAMP, HARD_TANH -> -1.1;
            case LEAKY_RELU -> 0.1;
            case ELU -> 1.3;
            case SOFTPLUS -> 2;
            default -> 0;
        };
    }

    private static double beta(Unary function) {
        return switch (function) {
            case CLAMP, HARD_TANH -> 1.7;
            case SOFTPLUS -> 4.1;
            default -> 0;
        };
    }

    private static double low(Unary function) {
        return switch (function) {
            case LOG, SQRT, RSQRT, RECIPROCAL, POWER -> 0.3;
            case LOG1P -> -0.7;
            default -> -3;
        };
    }

    private static DoubleUnaryOperator formula(Unary function) {
        double a = alpha(function);
        double b = beta(function);
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABS -> x -> x < 0 ? -x : x;
            case SIGN -> x -> x < 0 ? -1 : x > 0 ? 1 : x;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case LOG1P -> Math::log1p;
            case EXPM1 -> Math::expm1;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case RECIPROCAL -> x -> 1 / x;
            case SQUARE -> x -> x * x;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case TANH -> Math::tanh;
            case SIGMOID -> UnaryKernelsTest::sigmoid;
            case LOG_SIGMOID -> x -> Math.log(sigmoid(x));
            case ERF -> UnaryKernelsTest::erf;
            case POWER -> x -> Math.pow(x, a);
            case CLAMP, HARD_TANH -> x -> x < a ? a : x > b ? b : x;
            case RELU -> x -> x < 0 ? 0 : x;
            case LEAKY_RELU -> x -> x < 0 ? a * x : x;
            case ELU -> x -> x < 0 ? a * (Math.exp(x) - 1) : x;
            case SOFTPLUS -> x -> a * x > b ? x : Math.log(1 + Math.exp(a * x)) / a;
            case GELU -> x -> x * 0.5 * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH -> x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
            case SILU -> x -> x * sigmoid(x);
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNC -> x -> (double) (long) x;
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Maclaurin series of erf, exact enough for |x| up to 3. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 80; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    @ParameterizedTest
    @MethodSource("floating")
    void functions(Case c) {
        for (long[] sizes : SHAPES) {
            for (Unary function : Unary.values()) {
                double[] bounds = {low(function), 3};
                Tensor in = Samples.uniform(c.dtype(), c.memory(), random, bounds, sizes);
                Tensor out = result(c, sizes);

                c.backend().unary(function, alpha(function), beta(function), in, out);

                double[] expected = in.toDoubles();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = formula(function).applyAsDouble(expected[i]);
                }
                assertClose(out, expected, 1, function.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("floating")
    void gradients(Case c) {
        for (long[] sizes : SHAPES) {
            for (Unary function : Unary.values()) {
                double[] bounds = {low(function), 3};
                Tensor in = Samples.uniform(c.dtype(), c.memory(), random, bounds, sizes);
                Tensor gradient = sample(c, sizes);
                Tensor out = result(c, sizes);

                c.backend().unaryGrad(function, alpha(function), beta(function), in, gradient, out);

                double[] x = in.toDoubles();
                double[] expected = gradient.toDoubles();
                for (int i = 0; i < x.length; i++) {
                    expected[i] *= slope(function, x[i]);
                }
                assertClose(out, expected, c.dtype() == DType.FLOAT64 ? 1e7 : 3, function.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("floating")
    void gradientsOfResults(Case c) {
        Set<Unary> functions = EnumSet.of(
                Unary.EXP, Unary.EXPM1, Unary.SQRT, Unary.RSQRT, Unary.RECIPROCAL, Unary.TANH, Unary.SIGMOID);
        for (long[] sizes : SHAPES) {
            for (Unary function : functions) {
                Tensor in = Samples.uniform(DType.FLOAT64, c.memory(), random, new double[] {0.2, 0.9}, sizes);
                Tensor results = Tensor.empty(DType.FLOAT64, in.shape());
                c.backend().unary(function, 0, 0, in, results);
                Tensor result = result(c, sizes);
                c.backend().convert(results, result);
                Tensor gradient = sample(c, sizes);
                Tensor out = result(c, sizes);

                c.backend().unaryGradOfResult(function, result, gradient, out);

                double[] y = result.toDoubles();
                double[] expected = gradient.toDoubles();
                for (int i = 0; i < y.length; i++) {
                    expected[i] *= slopeOfResult(function, y[i]);
                }
                assertClose(out, expected, 3, function.name());
            }
        }
    }

    private static double slopeOfResult(Unary function, double y) {
        return switch (function) {
            case EXP -> y;
            case EXPM1 -> y + 1;
            case SQRT -> 1 / (2 * y);
            case RSQRT -> -Math.pow(y, 3) / 2;
            case RECIPROCAL -> -y * y;
            case TANH -> (1 - y) * (1 + y);
            case SIGMOID -> y * (1 - y);
            default -> throw new AssertionError(function);
        };
    }

    /** The derivative by central differences, except at the jumps that 16-bit samples may hit. */
    private static double slope(Unary function, double x) {
        boolean steps = function.compareTo(Unary.FLOOR) >= 0 || function == Unary.SIGN;
        if (steps || x == 0) {
            return steps ? 0 : atZero(function);
        }
        if (x == Math.rint(x) && formula(function).applyAsDouble(x) == x) {
            return slope(function, x + 1e-3);
        }
        DoubleUnaryOperator f = formula(function);
        return (f.applyAsDouble(x + 1e-6) - f.applyAsDouble(x - 1e-6)) / 2e-6;
    }

    private static double atZero(Unary function) {
        return switch (function) {
            case ABS, RELU -> 0;
            case LEAKY_RELU -> 0.1;
            case ELU -> 1.3;
            default -> {
                DoubleUnaryOperator f = formula(function);
                yield (f.applyAsDouble(1e-6) - f.applyAsDouble(-1e-6)) / 2e-6;
            }
        };
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void gradientsAtBounds(Backend backend) {
        assertThat(gradient(backend, Unary.CLAMP, -1, 2, -1, 2)).containsExactly(1, 1);
        assertThat(gradient(backend, Unary.HARD_TANH, -1, 2, -1, 2)).containsExactly(0, 0);
        assertThat(gradient(backend, Unary.SQRT, 0, 0, 0)).containsExactly(Double.POSITIVE_INFINITY);
        assertThat(gradient(backend, Unary.POWER, 0, 0, 0, 3)).containsExactly(0, 0);
        assertThat(gradient(backend, Unary.SOFTPLUS, 1, 20, 20, 21)[1]).isEqualTo(1);
        assertThat(gradient(backend, Unary.SIGMOID, 0, 0, 40)[0]).isCloseTo(Math.exp(-40), within(1e-30));
        assertThat(gradient(backend, Unary.TANH, 0, 0, 20)[0]).isCloseTo(4 * Math.exp(-40), within(1e-30));
        assertThat(gradient(backend, Unary.TANH, 0, 0, 800, -800)).containsExactly(0, 0);
        assertThat(gradient(backend, Unary.SILU, 0, 0, 800, -800)).containsExactly(1, 0);
        assertThat(gradient(backend, Unary.GELU, 0, 0, 40, -40)).containsExactly(1, 0);
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    private static double[] gradient(Backend backend, Unary function, double alpha, double beta, double... at) {
        Tensor out = result(DType.FLOAT64, at.length);
        double[] ones = new double[at.length];
        java.util.Arrays.fill(ones, 1);
        Tensor gradient = Tensor.of(ones, at.length);
        backend.unaryGrad(function, alpha, beta, Tensor.of(at, at.length), gradient, out);
        return out.toDoubles();
    }

    @ParameterizedTest
    @MethodSource("floating")
    void edges(Case c) {
        float[] edges = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -1f, 200f, -200f, 88f};
        double[] many = new double[8192];
        for (int i = 0; i < many.length; i++) {
            many[i] = edges[i % edges.length];
        }
        Tensor in = result(c.dtype(), many.length);
        new JavaBackend().convert(Tensor.of(many, many.length), in);
        for (Unary function : Unary.values()) {
            Tensor out = result(c.dtype(), many.length);
            c.backend().unary(function, alpha(function), beta(function), in, out);
            double[] results = out.toDoubles();
            for (int i = 0; i < edges.length; i++) {
                if (function == Unary.GELU || function == Unary.GELU_TANH || function == Unary.SILU) {
                    if (Float.isInfinite(edges[i])) {
                        continue; // 0 · ∞ or a limit, as the backend likes
                    }
                }
                double[] expected = rounded(c.dtype(), new double[] {edge(function, edges[i])});
                boolean close = Math.abs(results[i] - expected[0])
                        <= Math.max(1e-30, tolerance(c.dtype()) * Math.abs(expected[0]));
                if (!close) {
                    assertThat(results[i] + 0.0)
                            .as("%s(%s)", function, edges[i])
                            .isEqualTo((Double) (expected[0] + 0.0));
                }
            }
        }
    }

    /** The formulas where their series or powers fail. */
    private static double edge(Unary function, double x) {
        return switch (function) {
            case ERF -> Math.abs(x) > 10 ? Math.signum(x) : formula(function).applyAsDouble(x);
            case GELU -> Math.abs(x) > 10 ? Math.max(x, 0) : formula(function).applyAsDouble(x);
            case LOG_SIGMOID -> x < -10 ? x : x == Double.POSITIVE_INFINITY ? 0 : -Math.log1p(Math.exp(-x));
            case TRUNC -> Double.isFinite(x) ? (double) (long) x : x;
            default -> formula(function).applyAsDouble(x);
        };
    }

    @ParameterizedTest
    @MethodSource("integral")
    void integers(Case c) {
        for (long[] sizes : SHAPES) {
            for (Unary function : Unary.values()) {
                LongUnaryOperator formula = integerFormula(function);
                if (formula == null) {
                    continue;
                }
                Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {-3e9, 3e9}, sizes);
                Tensor out = result(c, sizes);

                c.backend().unary(function, -2, 100, in, out);

                long[] expected = in.toLongs();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = formula.applyAsLong(expected[i]);
                }
                assertThat(out.toLongs()).as(function.name()).isEqualTo(wrapped(c.dtype(), expected));
            }
        }
    }

    private static LongUnaryOperator integerFormula(Unary function) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Long::signum;
            case SQUARE -> x -> x * x;
            case CLAMP -> x -> Math.max(-2, Math.min(100, x));
            case RELU -> x -> Math.max(x, 0);
            case FLOOR, CEIL, ROUND, TRUNC -> x -> x;
            default -> null;
        };
    }

    @ParameterizedTest
    @MethodSource("floating")
    void inPlace(Case c) {
        Tensor in = Samples.uniform(c.dtype(), c.outMemory(), random, new double[] {-3, 3}, 70, 90);
        Tensor out = Samples.empty(c.dtype(), Memory.CONTIGUOUS, 70, 90);
        c.backend().unary(Unary.TANH, 0, 0, in, out);
        c.backend().unary(Unary.TANH, 0, 0, in, in);
        assertThat(in.toDoubles()).isEqualTo(out.toDoubles());
    }
}
