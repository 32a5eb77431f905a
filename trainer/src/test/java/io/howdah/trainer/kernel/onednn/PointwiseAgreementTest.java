// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.kernel.Binary;
import io.howdah.trainer.kernel.Comparison;
import io.howdah.trainer.kernel.Reduction;
import io.howdah.trainer.kernel.Samples;
import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.kernel.Unary;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Elementwise kernels and reductions give what the Java kernels give, in every dtype and layout. */
@ExtendWith(InStepScope.class)
class PointwiseAgreementTest {
    static final List<DType> DTYPES = List.of(Agreement.FLOATS);
    private static final long[][] SHAPES = {{}, {0}, {1}, {130}, {12, 17}, {5, 4, 33}, {3, 2, 8, 6}};
    /** What oneDNN computes in; float16 is converted at most. */
    private static final DType[] FAST = {DType.FLOAT32, DType.BFLOAT16};

    private final Agreement samples = new Agreement();

    private static double alpha(Unary function) {
        return switch (function) {
            case POWER -> 3;
            case CLAMP, HARD_TANH -> -1;
            case LEAKY_RELU -> 0.1;
            case ELU -> 1.5;
            case SOFTPLUS -> 1;
            default -> 0;
        };
    }

    private static double beta(Unary function) {
        return switch (function) {
            case CLAMP, HARD_TANH -> 2;
            case SOFTPLUS -> 20;
            default -> 0;
        };
    }

    private static boolean needsPositive(Unary function) {
        return switch (function) {
            case LOG, LOG1P, SQRT, RSQRT, RECIPROCAL -> true;
            default -> false;
        };
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void unary(Unary function) {
        for (DType dtype : Agreement.FLOATS) {
            for (Memory memory : Memory.values()) {
                for (long[] sizes : SHAPES) {
                    Tensor in = samples.sample(dtype, memory, sizes);
                    if (needsPositive(function)) {
                        Agreement.JAVA.unary(Unary.SQUARE, 0, 0, in, in);
                        Agreement.JAVA.scale(in, 1, 0.25, in);
                    }
                    check(function, in, memory);
                }
            }
        }
    }

    private void check(Unary function, Tensor in, Memory memory) {
        Tensor gradOut = samples.sample(in.dtype(), memory, in.shape().sizes());
        double alpha = alpha(function);
        double beta = beta(function);
        long[] sizes = in.shape().sizes();
        Agreement.check(
                function + "", 1, (k, out) -> k.unary(function, alpha, beta, in, out), in.dtype(), memory, sizes);
        Agreement.check(
                function + "′",
                6,
                (k, out) -> k.unaryGrad(function, alpha, beta, in, gradOut, out),
                in.dtype(),
                memory,
                sizes);
    }

    @ParameterizedTest
    @EnumSource(names = {"EXP", "EXPM1", "SQRT", "RSQRT", "RECIPROCAL", "TANH", "SIGMOID"})
    void gradientsFromResults(Unary function) {
        for (DType dtype : Agreement.FLOATS) {
            for (Memory memory : Memory.values()) {
                for (long[] sizes : SHAPES) {
                    Tensor result = samples.sample(dtype, memory, sizes);
                    Agreement.JAVA.unary(Unary.SIGMOID, 0, 0, result, result);
                    Tensor gradOut = samples.sample(dtype, memory, sizes);
                    Agreement.check(
                            function + "′ of the result",
                            6,
                            (k, out) -> k.unaryGradOfResult(function, result, gradOut, out),
                            dtype,
                            memory,
                            sizes);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void edgesOfUnary(Unary function) {
        for (DType dtype : FAST) {
            Tensor in = Agreement.edges(dtype, 8192);
            Tensor ones = Tensor.zeros(dtype, in.shape());
            Agreement.JAVA.fill(ones, 1);
            Tensor out = Tensor.zeros(dtype, in.shape());
            Agreement.ONE_DNN.unary(function, alpha(function), beta(function), in, out);
            assertNaNsStay(function, in, out);
            if (function == Unary.GELU || function == Unary.GELU_TANH || function == Unary.SILU) {
                continue; // infinite or NaN beyond the range of float32
            }
            long size = in.elements();
            Agreement.check(
                    function + " at edges",
                    1,
                    (k, result) -> k.unary(function, alpha(function), beta(function), in, result),
                    dtype,
                    Memory.CONTIGUOUS,
                    size);
        }
    }

    private static void assertNaNsStay(Unary function, Tensor in, Tensor out) {
        double[] x = in.toDoubles();
        double[] y = out.toDoubles();
        for (int i = 0; i < x.length; i++) {
            if (Double.isNaN(x[i])) {
                assertThat(y[i]).as("%s of NaN", function).isNaN();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Binary.class)
    void binaryWithBroadcasts(Binary function) {
        boolean integral = function == Binary.AND || function == Binary.OR || function == Binary.XOR;
        for (DType dtype : integral ? new DType[] {DType.INT32} : FAST) {
            for (Memory memory : Memory.values()) {
                for (long[] sizes : SHAPES) {
                    Tensor a = samples.sample(dtype, memory, sizes);
                    for (int stretched = 0; stretched < 1 << sizes.length; stretched++) {
                        Tensor b = stretched(dtype, sizes, stretched);
                        checkBinary(function, a, b, memory);
                        checkBinary(function, b, a, Memory.CONTIGUOUS);
                    }
                }
            }
        }
    }

    /** Values in [0.5, 2) with a stride of 0 in the dimensions whose bit is set. */
    private Tensor stretched(DType dtype, long[] sizes, int bits) {
        long[] small = sizes.clone();
        for (int d = 0; d < sizes.length; d++) {
            small[d] = (bits >> d & 1) == 1 ? 1 : sizes[d];
        }
        Tensor tensor = samples.sample(dtype, small);
        if (dtype.isFloating()) {
            Agreement.JAVA.unary(Unary.SIGMOID, 0, 0, tensor, tensor);
            Agreement.JAVA.scale(tensor, 1.5, 0.5, tensor);
        }
        long[] strides = tensor.strides();
        for (int d = 0; d < sizes.length; d++) {
            strides[d] = (bits >> d & 1) == 1 ? 0 : strides[d];
        }
        return tensor.view(Shape.of(sizes), strides, 0);
    }

    private static void checkBinary(Binary function, Tensor a, Tensor b, Memory memory) {
        Agreement.check(
                function + "",
                1,
                (k, out) -> k.binary(function, a, b, out),
                a.dtype(),
                memory,
                a.shape().sizes());
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void edgesOfBinary(DType dtype) {
        Tensor a = Agreement.edges(dtype, 13 * 12);
        Tensor b = Agreement.edges(dtype, 13 * 12 + 1)
                .view(Shape.of(13, 12), new long[] {1, 13}, 1)
                .view(a.shape(), new long[] {1}, 1);
        for (Binary function : Binary.values()) {
            if (function.ordinal() < Binary.AND.ordinal()) {
                checkBinary(function, a, b, Memory.CONTIGUOUS);
            }
        }
        for (Comparison relation : Comparison.values()) {
            Agreement.check(
                    relation + "",
                    1,
                    (k, out) -> k.compare(relation, a, b, out),
                    DType.BOOL,
                    Memory.CONTIGUOUS,
                    a.elements());
        }
        Tensor condition = Tensor.zeros(DType.BOOL, a.shape());
        Agreement.JAVA.compare(Comparison.LESS, a, b, condition);
        Agreement.check("where", 1, (k, out) -> k.where(condition, a, b, out), dtype, Memory.CONTIGUOUS, a.elements());
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void comparisonsAndChoicesWithBroadcasts(Memory memory) {
        for (DType dtype : FAST) {
            for (long[] sizes : SHAPES) {
                Tensor a = samples.sample(dtype, memory, sizes);
                for (int bits = 0; bits < 1 << sizes.length; bits++) {
                    Tensor b = stretched(dtype, sizes, bits);
                    Tensor condition = Samples.empty(DType.BOOL, memory, sizes);
                    Agreement.check(
                            "compare",
                            1,
                            (k, out) -> k.compare(Comparison.GREATER, a, b, out),
                            DType.BOOL,
                            memory,
                            sizes);
                    Agreement.JAVA.compare(Comparison.GREATER, a, b, condition);
                    Agreement.check("where", 1, (k, out) -> k.where(condition, a, b, out), dtype, memory, sizes);
                    Agreement.check("where", 1, (k, out) -> k.where(condition, b, a, out), dtype, memory, sizes);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void scalesAndFills(Memory memory) {
        for (DType dtype : Agreement.FLOATS) {
            for (long[] sizes : SHAPES) {
                Tensor a = samples.sample(dtype, memory, sizes);
                Agreement.check("scale", 4, (k, out) -> k.scale(a, -1.5, 0.25, out), dtype, memory, sizes);
                Agreement.check("fill", 1, (k, out) -> k.fill(out, 0.3), dtype, memory, sizes);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void reductions(Memory memory) {
        for (DType dtype : Agreement.FLOATS) {
            for (long[] sizes :
                    new long[][] {{}, {0, 3}, {1 << 13}, {9000}, {30, 90}, {64, 16}, {3, 130, 5}, {4, 3, 16, 8}}) {
                Tensor in = samples.sample(dtype, memory, sizes);
                for (int reduced = 0; reduced < 1 << sizes.length; reduced++) {
                    long[] outSizes = sizes.clone();
                    for (int d = 0; d < sizes.length; d++) {
                        outSizes[d] = (reduced >> d & 1) == 1 ? 1 : sizes[d];
                    }
                    for (Reduction function : new Reduction[] {Reduction.SUM, Reduction.MAXIMUM, Reduction.MINIMUM}) {
                        Agreement.check(
                                function + "",
                                10,
                                (k, out) -> k.reduce(function, in, out),
                                dtype,
                                Memory.CONTIGUOUS,
                                outSizes);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void conversions(Memory memory) {
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                for (long[] sizes : SHAPES) {
                    Tensor in = samples.sample(from, memory, sizes);
                    for (Memory other : Memory.values()) {
                        Agreement.check(from + " to " + to, 0, (k, out) -> k.convert(in, out), to, other, sizes);
                    }
                }
            }
        }
    }
}
