// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools and their gradients. */
class PoolKernelsTest extends KernelSuite {
    private static final Window[] WINDOWS = {
        new Window(2, 2, 2, 2, 0, 0, 1, 1), new Window(3, 3, 2, 1, 1, 1, 1, 1), new Window(3, 2, 1, 2, 1, 0, 2, 1)
    };
    private static final long[][] IMAGES = {{2, 3, 7, 8}, {0, 1, 5, 5}, {1, 2, 6, 30}};

    /** Places for windows, the last of which may reach beyond the padding (ceil mode). */
    private static long places(long size, int kernel, int stride, int padding, int dilation, boolean ceiling) {
        long last = size + 2L * padding - (long) dilation * (kernel - 1) - 1 + (ceiling ? stride - 1 : 0);
        long count = last / stride + 1;
        return ceiling && (count - 1) * stride >= size + padding ? count - 1 : count;
    }

    private static long[] outSizes(long[] sizes, Window w, boolean ceiling) {
        long rows = places(sizes[2], w.kernelHeight(), w.strideHeight(), w.padTop(), w.dilationHeight(), ceiling);
        long columns = places(sizes[3], w.kernelWidth(), w.strideWidth(), w.padLeft(), w.dilationWidth(), ceiling);
        return new long[] {sizes[0], sizes[1], rows, columns};
    }

    @ParameterizedTest
    @MethodSource("floating")
    void maxPools(Case c) {
        checkMaxPools(c);
    }

    @ParameterizedTest
    @MethodSource("integral")
    void maxPoolsOfIntegers(Case c) {
        checkMaxPools(c);
    }

    private void checkMaxPools(Case c) {
        for (long[] sizes : IMAGES) {
            for (Window window : WINDOWS) {
                Tensor in = Samples.uniform(c.dtype(), c.memory(), random, new double[] {0, 40}, sizes);
                long[] outSizes = outSizes(sizes, window, false);
                Tensor out = result(c, outSizes);
                Tensor indices = Samples.empty(DType.INT64, c.outMemory(), outSizes);

                c.backend().maxPool(in, window, out, indices);

                double[] x = in.toDoubles();
                double[] largest = new double[(int) out.elements()];
                long[] places = new long[largest.length];
                int area = (int) (sizes[2] * sizes[3]);
                int outArea = (int) (outSizes[2] * outSizes[3]);
                for (int o = 0; o < largest.length; o++) {
                    int best = -1;
                    for (int tap = 0; tap < window.kernelHeight() * window.kernelWidth(); tap++) {
                        int at = place(sizes, outSizes, window, o, tap);
                        best = at >= 0 && (best < 0 || x[o / outArea * area + at] > x[o / outArea * area + best])
                                ? at
                                : best;
                    }
                    places[o] = best;
                    largest[o] = x[o / outArea * area + best];
                }
                assertThat(indices.toLongs()).isEqualTo(places);
                assertThat(out.toDoubles()).isEqualTo(largest);
            }
        }
    }

    /** The place within the plane of one tap of one window, or −1 where that lies outside. */
    private static int place(long[] sizes, long[] outSizes, Window window, int out, int tap) {
        int row = (int) (out / outSizes[3] % outSizes[2]) * window.strideHeight() - window.padTop();
        int column = (int) (out % outSizes[3]) * window.strideWidth() - window.padLeft();
        row += tap / window.kernelWidth() * window.dilationHeight();
        column += tap % window.kernelWidth() * window.dilationWidth();
        boolean inside = row >= 0 && row < sizes[2] && column >= 0 && column < sizes[3];
        return inside ? (int) (row * sizes[3]) + column : -1;
    }

    @ParameterizedTest
    @MethodSource("floating")
    void maxPoolGradients(Case c) {
        for (long[] sizes : IMAGES) {
            for (Window window : WINDOWS) {
                long[] outSizes = outSizes(sizes, window, false);
                long area = sizes[2] * sizes[3];
                Tensor gradOut = sample(c, outSizes);
                Tensor indices = Samples.uniform(DType.INT64, c.memory(), random, new double[] {0, area}, outSizes);
                Tensor gradIn = result(c, sizes);

                c.backend().maxPoolGrad(gradOut, indices, gradIn);

                double[] g = gradOut.toDoubles();
                long[] places = indices.toLongs();
                double[] expected = new double[(int) gradIn.elements()];
                for (int o = 0; o < g.length; o++) {
                    expected[(int) (o / (outSizes[2] * outSizes[3]) * area + places[o])] += g[o];
                }
                assertClose(gradIn, expected, 3, "maxPoolGrad");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void nanWinsAndPaddingLoses(Backend backend) {
        for (DType dtype : FLOATING) {
            double infinity = Double.POSITIVE_INFINITY;
            double[] x = {-infinity, -infinity, 1, Double.NaN, 2, 2};
            Tensor in = result(dtype, 1, 1, 1, 6);
            backend.convert(Tensor.of(x, 1, 1, 1, 6), in);
            Tensor out = result(dtype, 1, 1, 1, 4);
            Tensor indices = result(DType.INT64, 1, 1, 1, 4);
            backend.maxPool(in, new Window(1, 2, 1, 2, 0, 1, 1, 1), out, indices);
            assertThat(out.toDoubles()).containsExactly(-infinity, 1, Double.NaN, 2);
            assertThat(indices.toLongs()).containsExactly(0, 2, 3, 5);
        }
    }

    @ParameterizedTest
    @MethodSource("floating")
    void averagePoolsAndGradients(Case c) {
        for (long[] sizes : IMAGES) {
            for (int variant = 0; variant < 12; variant++) {
                Window dilated = WINDOWS[variant % 3];
                Window window = new Window(
                        dilated.kernelHeight(),
                        dilated.kernelWidth(),
                        dilated.strideHeight(),
                        dilated.strideWidth(),
                        dilated.padTop(),
                        dilated.padLeft(),
                        1,
                        1);
                boolean countPadding = variant / 3 % 2 == 0;
                int divisor = variant == 3 ? 7 : 0;
                long[] outSizes = outSizes(sizes, window, variant >= 6);
                Tensor in = sample(c, sizes);
                Tensor gradOut = sample(c, outSizes);
                Tensor out = result(c, outSizes);
                Tensor gradIn = result(c, sizes);

                c.backend().averagePool(in, window, countPadding, divisor, out);
                c.backend().averagePoolGrad(gradOut, window, countPadding, divisor, gradIn);

                double[] x = in.toDoubles();
                double[] g = gradOut.toDoubles();
                double[] y = new double[g.length];
                double[] dx = new double[x.length];
                int area = (int) (sizes[2] * sizes[3]);
                int outArea = (int) (outSizes[2] * outSizes[3]);
                for (int o = 0; o < y.length; o++) {
                    double count = divisor == 0 ? count(sizes, outSizes, window, o, countPadding) : divisor;
                    for (int tap = 0; tap < window.kernelHeight() * window.kernelWidth(); tap++) {
                        int at = place(sizes, outSizes, window, o, tap);
                        if (at >= 0) {
                            y[o] += x[o / outArea * area + at] / count;
                            dx[o / outArea * area + at] += g[o] / count;
                        }
                    }
                }
                assertClose(out, y, 2, "averagePool");
                assertClose(gradIn, dx, 4, "averagePoolGrad");
            }
        }
    }

    private static int count(long[] sizes, long[] outSizes, Window window, int out, boolean countPadding) {
        int count = 0;
        int top = (int) (out / outSizes[3] % outSizes[2]) * window.strideHeight();
        int left = (int) (out % outSizes[3]) * window.strideWidth();
        for (int tap = 0; tap < window.kernelHeight() * window.kernelWidth(); tap++) {
            int row = top + tap / window.kernelWidth();
            int column = left + tap % window.kernelWidth();
            boolean padded = row < sizes[2] + 2 * window.padTop() && column < sizes[3] + 2 * window.padLeft();
            count += countPadding ? padded ? 1 : 0 : place(sizes, outSizes, window, out, tap) >= 0 ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void windowsWithoutInputGiveZero(Backend backend) {
        Tensor in = sample(DType.FLOAT32, 1, 2, 1, 1, 1, 2);
        Tensor out = Tensor.zeros(DType.FLOAT32, Shape.of(1, 1, 1, 3));
        backend.averagePool(in, new Window(1, 1, 1, 2, 0, 1, 1, 1), false, 0, out);
        assertThat(out.toDoubles()[0]).isZero();
    }
}
