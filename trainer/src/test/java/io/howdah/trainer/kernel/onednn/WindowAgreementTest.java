// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.InStepScope;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Products, convolutions and pools give what the Java kernels give. */
@ExtendWith(InStepScope.class)
class WindowAgreementTest {
    static final List<DType> DTYPES = List.of(Agreement.FLOATS);
    private final Agreement samples = new Agreement();

    /** Sizes of a convolution: input [N, C, H, W], K output channels. */
    private record Case(long[] in, long channels, Window window, int groups, int padAfter) {
        long[] out() {
            long extentHeight = (window.kernelHeight() - 1L) * window.dilationHeight() + 1;
            long extentWidth = (window.kernelWidth() - 1L) * window.dilationWidth() + 1;
            return new long[] {
                in[0],
                channels,
                (in[2] + window.padTop() + padAfter - extentHeight) / window.strideHeight() + 1,
                (in[3] + window.padLeft() + padAfter - extentWidth) / window.strideWidth() + 1
            };
        }

        long[] weight() {
            return new long[] {channels, in[1] / groups, window.kernelHeight(), window.kernelWidth()};
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(new long[] {2, 4, 9, 8}, 6, new Window(3, 3, 1, 1, 1, 1, 1, 1), 1, 1),
            new Case(new long[] {2, 4, 9, 8}, 6, new Window(3, 2, 2, 3, 1, 0, 1, 1), 2, 1),
            new Case(new long[] {2, 6, 9, 8}, 6, new Window(3, 3, 1, 1, 2, 2, 2, 2), 6, 2),
            new Case(new long[] {3, 5, 1, 40}, 7, new Window(1, 5, 1, 2, 0, 3, 1, 1), 1, 0),
            new Case(new long[] {1, 16, 7, 7}, 32, new Window(1, 1, 1, 1, 0, 0, 1, 1), 1, 0));

    @ParameterizedTest
    @FieldSource("DTYPES")
    void convolutions(DType dtype) {
        for (Case sizes : CASES) {
            for (Memory memory : Memory.values()) {
                Tensor in = samples.sample(dtype, memory, sizes.in());
                Tensor weight = samples.sample(dtype, memory, sizes.weight());
                Tensor bias = samples.sample(dtype, sizes.channels());
                Tensor gradOut = samples.sample(dtype, memory, sizes.out());
                Window window = sizes.window();
                int groups = sizes.groups();
                for (Tensor optional : new Tensor[] {null, bias}) {
                    Agreement.check(
                            "convolution",
                            10,
                            (k, out) -> k.convolution(in, weight, optional, window, groups, out),
                            dtype,
                            memory,
                            sizes.out());
                }
                Agreement.check(
                        "gradient of input",
                        10,
                        (k, out) -> k.convolutionGradInput(gradOut, weight, window, groups, out),
                        dtype,
                        memory,
                        sizes.in());
                Agreement.check(
                        "gradient of weight",
                        30,
                        (k, out) -> k.convolutionGradWeight(gradOut, in, window, groups, out),
                        dtype,
                        memory,
                        sizes.weight());
            }
        }
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void averagePools(DType dtype) {
        for (Case sizes : CASES) {
            long[] outSizes = sizes.out();
            outSizes[1] = sizes.in()[1];
            long[] inSizes = sizes.in();
            Tensor in = samples.sample(dtype, inSizes);
            Tensor gradOut = samples.sample(dtype, outSizes);
            for (boolean countPadding : new boolean[] {false, true}) {
                for (int divisor : new int[] {0, 3}) {
                    Window window = sizes.window();
                    if (window.dilationHeight() > 1) {
                        continue;
                    }
                    Agreement.check(
                            "average",
                            1,
                            (k, out) -> k.averagePool(in, window, countPadding, divisor, out),
                            dtype,
                            Memory.CONTIGUOUS,
                            outSizes);
                    Agreement.check(
                            "gradient of average",
                            3,
                            (k, out) -> k.averagePoolGrad(gradOut, window, countPadding, divisor, out),
                            dtype,
                            Memory.CONTIGUOUS,
                            inSizes);
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void products(DType dtype) {
        long[][] sizes = {{33, 40, 37}, {1, 65, 300}, {300, 65, 1}, {200, 90, 2}, {64, 1, 400}, {8, 64, 512}};
        for (long[] size : sizes) {
            for (Memory left : Memory.values()) {
                for (Memory right : Memory.values()) {
                    Tensor a = samples.sample(dtype, left, size[0], size[1]);
                    Tensor b = samples.sample(dtype, right, size[1], size[2]);
                    Tensor bias = samples.sample(dtype, right, size[2]);
                    for (Memory result : Memory.values()) {
                        for (Tensor optional : new Tensor[] {null, bias}) {
                            Agreement.check(
                                    "product",
                                    size[1],
                                    (k, out) -> k.matmul(a, b, optional, out),
                                    dtype,
                                    result,
                                    size[0],
                                    size[2]);
                        }
                    }
                    Agreement.check(
                            "wide product",
                            size[1],
                            (k, out) -> k.matmul(a, b, null, out),
                            DType.FLOAT32,
                            Memory.CONTIGUOUS,
                            size[0],
                            size[2]);
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("DTYPES")
    void batchedProducts(DType dtype) {
        Tensor heads = samples.sample(dtype, 20, 3, 16);
        Tensor split = heads.view(Shape.of(3, 20, 16), new long[] {16, 48, 1}, 0);
        Tensor keys = split.view(Shape.of(3, 16, 20), new long[] {16, 1, 48}, 0);
        Agreement.check(
                "scores", 16, (k, out) -> k.matmul(split, keys, null, out), dtype, Memory.CONTIGUOUS, 3, 20, 20);
        Tensor shared = samples.sample(dtype, 16, 30).view(Shape.of(3, 16, 30), new long[] {0, 30, 1}, 0);
        Agreement.check(
                "shared", 16, (k, out) -> k.matmul(split, shared, null, out), dtype, Memory.TRANSPOSED, 3, 20, 30);
    }
}
