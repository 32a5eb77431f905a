// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.kernel.Samples.Memory;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions and both of their gradients. */
class ConvolutionKernelsTest extends KernelSuite {
    /** Images N, channels C, H, W; filters K; groups; window. */
    private record Geometry(long n, long c, long h, long w, long k, int groups, Window window) {
        long rows() {
            return places(h, window.kernelHeight(), window.strideHeight(), window.padTop(), window.dilationHeight());
        }

        long columns() {
            return places(w, window.kernelWidth(), window.strideWidth(), window.padLeft(), window.dilationWidth());
        }

        private static long places(long size, int kernel, int stride, int padding, int dilation) {
            return (size + 2L * padding - (long) dilation * (kernel - 1) - 1) / stride + 1;
        }
    }

    private static final List<Geometry> GEOMETRIES = List.of(
            new Geometry(2, 3, 5, 6, 4, 1, new Window(3, 3, 1, 1, 1, 1, 1, 1)),
            new Geometry(2, 4, 7, 6, 6, 2, new Window(3, 2, 2, 1, 0, 1, 1, 2)),
            new Geometry(1, 4, 6, 6, 4, 4, new Window(3, 3, 2, 2, 1, 1, 1, 1)),
            new Geometry(3, 2, 1, 9, 3, 1, new Window(1, 4, 1, 3, 0, 2, 1, 2)),
            new Geometry(2, 5, 4, 4, 3, 1, new Window(1, 1, 1, 1, 0, 0, 1, 1)),
            new Geometry(2, 3, 5, 5, 2, 1, new Window(1, 1, 2, 2, 2, 2, 1, 1)),
            new Geometry(0, 3, 5, 5, 2, 1, new Window(3, 3, 1, 1, 1, 1, 1, 1)),
            new Geometry(2, 16, 12, 11, 20, 1, new Window(3, 3, 2, 2, 1, 1, 1, 1)));

    @ParameterizedTest
    @MethodSource("floating")
    void convolutions(Case c) {
        for (Geometry geometry : GEOMETRIES) {
            check(c, geometry);
        }
    }

    @ParameterizedTest
    @FieldSource("BACKENDS")
    void manyPlaces(Backend backend) {
        Window window = new Window(3, 3, 1, 1, 1, 1, 1, 1);
        check(new Case(backend, DType.FLOAT32, Memory.CONTIGUOUS), new Geometry(5, 6, 31, 33, 7, 1, window));
    }

    private void check(Case c, Geometry g) {
        Window window = g.window();
        long[] inSizes = {g.n(), g.c(), g.h(), g.w()};
        long[] weightSizes = {g.k(), g.c() / g.groups(), window.kernelHeight(), window.kernelWidth()};
        long[] outSizes = {g.n(), g.k(), g.rows(), g.columns()};
        Tensor in = sample(c, inSizes);
        Tensor weight = sample(c, weightSizes);
        Tensor bias = sample(c.dtype(), -1, 1, g.k());
        Tensor gradOut = sample(c, outSizes);
        Tensor out = result(c, outSizes);
        Tensor gradIn = result(c, inSizes);
        Tensor gradWeight = result(c, weightSizes);

        double[] x = in.toDoubles();
        double[] w = weight.toDoubles();
        double[] dy = gradOut.toDoubles();
        double[] y = new double[(int) out.elements()];
        double[] dx = new double[x.length];
        double[] dw = new double[w.length];
        for (int[] term : terms(g)) {
            y[term[1]] += x[term[0]] * w[term[2]];
            dx[term[0]] += dy[term[1]] * w[term[2]];
            dw[term[2]] += dy[term[1]] * x[term[0]];
        }

        c.backend().convolution(in, weight, null, window, g.groups(), out);
        assertClose(out, y, 20, g + " out");
        double[] b = bias.toDoubles();
        for (int i = 0; i < y.length; i++) {
            y[i] += b[place(outSizes, i, 1)];
        }
        c.backend().convolution(in, weight, bias, window, g.groups(), out);
        assertClose(out, y, 20, g + " out with bias");
        c.backend().convolutionGradInput(gradOut, weight, window, g.groups(), gradIn);
        assertClose(gradIn, dx, 20, g + " gradIn");
        c.backend().convolutionGradWeight(gradOut, in, window, g.groups(), gradWeight);
        assertClose(gradWeight, dw, 200, g + " gradWeight");
    }

    /** All (input, output, weight) element numbers whose products the convolution adds. */
    private static List<int[]> terms(Geometry g) {
        Window window = g.window();
        int perGroup = (int) g.c() / g.groups();
        List<int[]> terms = new ArrayList<>();
        for (int o = 0; o < g.n() * g.k() * g.rows() * g.columns(); o++) {
            int q = (int) (o % g.columns());
            int p = (int) (o / g.columns() % g.rows());
            int k = (int) (o / (g.columns() * g.rows()) % g.k());
            int n = (int) (o / (g.columns() * g.rows() * g.k()));
            int group = k / (int) (g.k() / g.groups());
            for (int f = 0; f < perGroup * window.kernelHeight() * window.kernelWidth(); f++) {
                int s = f % window.kernelWidth();
                int r = f / window.kernelWidth() % window.kernelHeight();
                int channel = f / (window.kernelWidth() * window.kernelHeight());
                int row = p * window.strideHeight() - window.padTop() + r * window.dilationHeight();
                int column = q * window.strideWidth() - window.padLeft() + s * window.dilationWidth();
                if (row >= 0 && row < g.h() && column >= 0 && column < g.w()) {
                    int image = (int) (n * g.c()) + group * perGroup + channel;
                    int in = (int) ((image * g.h() + row) * g.w()) + column;
                    int taps = perGroup * window.kernelHeight() * window.kernelWidth();
                    terms.add(new int[] {in, o, k * taps + f});
                }
            }
        }
        return terms;
    }
}
