// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.kernel.onednn.OneDnnBackend;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend computes what the formulas of {@link Backend} say, for every layout it may be given. */
class BackendTest {
    static final List<Backend> BACKENDS = List.of(new JavaBackend(), OneDnnBackend.load());
    private static final DType[] EXACT = {DType.FLOAT32, DType.FLOAT64};
    private static final long[][] SHAPES = {{}, {0}, {1}, {7}, {3, 5}, {0, 4}, {2, 3, 4}, {64, 80}, {8, 32, 33}};

    private final Philox random = new Philox(20, 1);
    private StepScope scope;

    @BeforeEach
    void open() {
        scope = StepScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Backend × dtype × layout. */
    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Backend backend : BACKENDS) {
            for (DType dtype : EXACT) {
                for (Memory memory : Memory.values()) {
                    cases.add(Arguments.of(backend, dtype, memory));
                }
            }
        }
        return cases;
    }

    private Tensor sample(DType dtype, Memory memory, long... sizes) {
        return Samples.uniform(dtype, memory, random, new double[] {-3, 3}, sizes);
    }

    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> 1e-13;
            case FLOAT32 -> 4e-6;
            case FLOAT16 -> 1e-3;
            default -> 8e-3;
        };
    }

    /** |actual − expected| ≤ tolerance · max(1, |expected|), elementwise. */
    static void assertClose(Tensor actual, double[] expected) {
        double[] values = actual.toDoubles();
        assertThat(values).hasSameSizeAs(expected);
        for (int i = 0; i < values.length; i++) {
            double bound = tolerance(actual.dtype()) * Math.max(1, Math.abs(expected[i]));
            if (!(Math.abs(values[i] - expected[i]) <= bound)) {
                assertThat(values[i]).as("element %d of %s", i, actual).isEqualTo(expected[i]);
            }
        }
    }

    private static DoubleUnaryOperator formula(Unary function) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case TANH -> Math::tanh;
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case RELU -> x -> Math.max(x, 0);
            case GELU -> x -> x * 0.5 * (1 + erf(x / Math.sqrt(2)));
        };
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
    @MethodSource("cases")
    void unaryFunctions(Backend backend, DType dtype, Memory memory) {
        for (long[] sizes : SHAPES) {
            for (Unary function : Unary.values()) {
                boolean positive = function == Unary.LOG || function == Unary.SQRT;
                double[] bounds = {positive ? 0.01 : -3, 3};
                Tensor in = Samples.uniform(dtype, memory, random, bounds, sizes);
                Tensor out = Samples.empty(dtype, Memory.CONTIGUOUS, sizes);

                backend.unary(function, in, out);

                double[] expected = in.toDoubles();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = formula(function).applyAsDouble(expected[i]);
                }
                assertClose(out, expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void unaryGradients(Backend backend, DType dtype, Memory memory) {
        for (long[] sizes : SHAPES) {
            for (Unary function : Unary.values()) {
                boolean positive = function == Unary.LOG || function == Unary.SQRT;
                double[] bounds = {positive ? 0.3 : -3, 3};
                Tensor in = Samples.uniform(dtype, memory, random, bounds, sizes);
                Tensor gradient = sample(dtype, memory, sizes);
                Tensor out = Samples.empty(dtype, Memory.CONTIGUOUS, sizes);

                backend.unaryGrad(function, in, gradient, out);

                double[] x = in.toDoubles();
                double[] expected = gradient.toDoubles();
                double[] actual = out.toDoubles();
                for (int i = 0; i < x.length; i++) {
                    DoubleUnaryOperator f = formula(function);
                    double slope = (f.applyAsDouble(x[i] + 1e-6) - f.applyAsDouble(x[i] - 1e-6)) / 2e-6;
                    if (!(Math.abs(actual[i] - expected[i] * slope) < 2e-5)) {
                        assertThat(actual[i]).as("%s at %s", function, x[i]).isEqualTo(expected[i] * slope);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void edgesOfUnaryFunctions(Backend backend) {
        float[] edges = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, -1f, 200f, -200f, 88f};
        float[] many = new float[8192];
        for (int i = 0; i < many.length; i++) {
            many[i] = edges[i % edges.length];
        }
        for (Unary function : Unary.values()) {
            Tensor out = Samples.empty(DType.FLOAT32, Memory.CONTIGUOUS, many.length);
            backend.unary(function, Tensor.of(many, many.length), out);
            float[] results = out.toFloats();
            for (int i = 0; i < edges.length; i++) {
                if (function == Unary.GELU && Float.isInfinite(edges[i])) {
                    assertThat(Float.isFinite(results[i])).isFalse(); // infinite or NaN: both are noticed
                    continue;
                }
                Float expected = (float) edge(function, edges[i]);
                boolean close = Math.abs(results[i] - expected) <= Math.max(1e-30, 8 * Math.ulp(expected));
                assertThat(close ? expected : (Float) results[i])
                        .as("%s(%s)", function, edges[i])
                        .isEqualTo(expected);
            }
        }
    }

    /** GELU is the identity or zero where the series of erf fails. */
    private static double edge(Unary function, double x) {
        return function == Unary.GELU && Math.abs(x) > 10
                ? Math.max(x, 0)
                : formula(function).applyAsDouble(x);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void binaryFunctionsWithBroadcasts(Backend backend, DType dtype, Memory memory) {
        for (long[] sizes : SHAPES) {
            Tensor a = sample(dtype, memory, sizes);
            for (int stretched = 0; stretched < 1 << Math.min(2, sizes.length); stretched++) {
                long[] small = sizes.clone();
                for (int d = 0; d < small.length; d++) {
                    if ((stretched >> d & 1) == 1 && sizes[d] > 0) {
                        small[d] = 1;
                    }
                }
                Tensor b =
                        stretch(Samples.uniform(dtype, Memory.CONTIGUOUS, random, new double[] {0.5, 2}, small), sizes);
                for (Binary function : Binary.values()) {
                    checkBinary(backend, function, a, b);
                    if (function != Binary.DIVIDE) {
                        checkBinary(backend, function, b, a);
                    }
                }
            }
        }
    }

    private static Tensor stretch(Tensor tensor, long[] sizes) {
        long[] strides = tensor.strides();
        for (int d = 0; d < sizes.length; d++) {
            strides[d] = tensor.size(d) == 1 && sizes[d] != 1 ? 0 : strides[d];
        }
        return tensor.view(Shape.of(sizes), strides, 0);
    }

    private static void checkBinary(Backend backend, Binary function, Tensor a, Tensor b) {
        Tensor out = Samples.empty(a.dtype(), Memory.CONTIGUOUS, a.shape().sizes());
        backend.binary(function, a, b, out);
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        for (int i = 0; i < x.length; i++) {
            x[i] = switch (function) {
                case ADD -> x[i] + y[i];
                case SUBTRACT -> x[i] - y[i];
                case MULTIPLY -> x[i] * y[i];
                case DIVIDE -> x[i] / y[i];
            };
        }
        assertClose(out, x);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void scaleInPlace(Backend backend, DType dtype, Memory memory) {
        for (long[] sizes : SHAPES) {
            Tensor a = sample(dtype, memory, sizes);
            double[] expected = a.toDoubles();
            for (int i = 0; i < expected.length; i++) {
                expected[i] = expected[i] * -1.5 + 0.25;
            }
            backend.scale(a, -1.5, 0.25, a);
            assertClose(a, expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sums(Backend backend, DType dtype, Memory memory) {
        for (long[] sizes : SHAPES) {
            for (int reduced = 0; reduced < 1 << sizes.length; reduced++) {
                long[] outSizes = sizes.clone();
                for (int d = 0; d < sizes.length; d++) {
                    outSizes[d] = (reduced >> d & 1) == 1 ? 1 : sizes[d];
                }
                Tensor in = sample(dtype, memory, sizes);
                Tensor out = Samples.empty(dtype, Memory.CONTIGUOUS, outSizes);

                backend.sum(in, out);

                double[] expected = new double[(int) out.elements()];
                double[] values = in.toDoubles();
                double[] sums = out.toDoubles();
                for (int i = 0; i < values.length; i++) {
                    expected[target(i, sizes, outSizes)] += values[i];
                }
                for (int i = 0; i < expected.length; i++) {
                    double actual = sums[i];
                    double bound = tolerance(dtype) * Math.max(10, values.length / Math.max(1.0, expected.length));
                    if (!(Math.abs(actual - expected[i]) <= bound)) {
                        assertThat(actual).as("sum %d of %s", i, in).isEqualTo(expected[i]);
                    }
                }
            }
        }
    }

    /** Flat index of the sum that element {@code index} belongs to. */
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
    @MethodSource("cases")
    void gathersAndScattersRows(Backend backend, DType dtype, Memory memory) {
        Tensor table = sample(dtype, memory, 9, 5);
        for (Tensor ids : List.of(
                Tensor.of(new byte[] {8, 0, 3, 3}, 4),
                Tensor.of(new int[] {8, 0, 3, 3}, 4),
                Tensor.of(new long[] {8, 0, 3, 3}, 4))) {
            Tensor out = Samples.empty(dtype, memory, 4, 5);
            backend.gatherRows(table, ids, out);
            double[] rows = table.toDoubles();
            double[] expected = new double[20];
            int[] numbers = {8, 0, 3, 3};
            for (int i = 0; i < 20; i++) {
                expected[i] = rows[numbers[i / 5] * 5 + i % 5];
            }
            assertThat(out.toDoubles()).containsExactly(expected);

            Tensor sums = Tensor.zeros(dtype, Shape.of(9, 5));
            backend.scatterAddRows(out, ids, sums);
            double[] twice = sums.toDoubles();
            for (int i = 0; i < 5; i++) {
                assertThat(twice[15 + i]).isEqualTo(2 * rows[15 + i]);
                assertThat(twice[40 + i]).isEqualTo(rows[40 + i]);
                assertThat(twice[5 + i]).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void crossEntropyAndItsGradient(Backend backend, DType dtype, Memory memory) {
        for (int[] size : new int[][] {{3, 5}, {40, 256}, {0, 7}}) {
            Tensor logits = sample(dtype, memory, size);
            byte[] classes = new byte[size[0]];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = (byte) random.nextInt(size[1]);
            }
            Tensor targets = Tensor.of(classes, size[0]);
            Tensor losses = Samples.empty(dtype, Memory.CONTIGUOUS, size[0]);
            Tensor logSumExps = Samples.empty(dtype, Memory.CONTIGUOUS, size[0]);
            Tensor gradLosses = sample(dtype, Memory.CONTIGUOUS, size[0]);
            Tensor out = Samples.empty(dtype, Memory.CONTIGUOUS, size[0], size[1]);

            backend.crossEntropy(logits, targets, losses, logSumExps);
            backend.crossEntropyGrad(logits, targets, logSumExps, gradLosses, out);

            double[] x = logits.toDoubles();
            double[] expectedLosses = new double[size[0]];
            double[] expectedSums = new double[size[0]];
            double[] expectedGradients = new double[x.length];
            double[] factors = gradLosses.toDoubles();
            for (int i = 0; i < size[0]; i++) {
                double sum = 0;
                for (int c = 0; c < size[1]; c++) {
                    sum += Math.exp(x[i * size[1] + c]);
                }
                int target = classes[i] & 0xff;
                expectedSums[i] = Math.log(sum);
                expectedLosses[i] = Math.log(sum) - x[i * size[1] + target];
                for (int c = 0; c < size[1]; c++) {
                    int at = i * size[1] + c;
                    expectedGradients[at] = factors[i] * (Math.exp(x[at]) / sum - (c == target ? 1 : 0));
                }
            }
            assertClose(losses, expectedLosses);
            assertClose(logSumExps, expectedSums);
            assertClose(out, expectedGradients);
        }
    }

    private Tensor sample(DType dtype, Memory memory, int[] size) {
        return sample(dtype, memory, size[0], size[1]);
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void findsWhatIsNotFinite(Backend backend) {
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16)) {
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                Tensor tensor = Tensor.zeros(dtype, Shape.of(5000));
                assertThat(backend.isFinite(tensor)).isTrue();
                Elements.put(dtype, tensor.address() + 4999L * dtype.bytes(), bad);
                assertThat(backend.isFinite(tensor)).isFalse();
            }
        }
    }
}
