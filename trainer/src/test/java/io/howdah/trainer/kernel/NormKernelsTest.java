// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Normalisation of rows and channels. */
class NormKernelsTest extends KernelSuite {
    private static final double EPSILON = 1e-3;
    private static final long[][] MATRICES = {{1, 1}, {3, 5}, {0, 4}, {40, 300}, {2, 3000}};
    private static final long[][] IMAGES = {{2, 3, 4}, {0, 2, 3}, {4, 5, 1}, {1, 3, 7}, {3, 8, 700}};

    @ParameterizedTest
    @MethodSource("floating")
    void rowNorms(Case c) {
        for (long[] sizes : MATRICES) {
            for (int variant = 0; variant < 4; variant++) {
                boolean centred = variant % 2 == 0;
                boolean affine = variant / 2 == 0;
                Tensor in = sample(c, sizes);
                Tensor weight = affine ? sample(c.dtype(), 0.5, 2, sizes[1]) : null;
                Tensor bias = affine ? sample(c.dtype(), -1, 1, sizes[1]) : null;
                Tensor out = result(c, sizes);
                Tensor means = centred ? result(statistics(c.dtype()), sizes[0]) : null;
                Tensor inverses = result(statistics(c.dtype()), sizes[0]);

                c.backend().rowNorm(in, weight, bias, EPSILON, out, means, inverses);

                Rows rows = new Rows(in, weight, bias, centred);
                assertClose(out, rows.out, 3, "rowNorm");
                assertClose(inverses, rows.inverses, 3, "inverses");
                if (means != null) {
                    assertClose(means, rows.means, 1, "means");
                }
                checkRowGradients(c, rows, in, weight, means, inverses);
            }
        }
    }

    private void checkRowGradients(Case c, Rows rows, Tensor in, Tensor weight, Tensor means, Tensor inverses) {
        long[] sizes = in.shape().sizes();
        Tensor gradOut = sample(c, sizes);
        Tensor gradIn = result(c, sizes);
        Tensor gradWeight = result(c.dtype(), sizes[1]);
        Tensor gradBias = result(c.dtype(), sizes[1]);
        c.backend().rowNormGrad(in, weight, means, inverses, gradOut, gradIn, gradWeight, gradBias);
        rows.backward(gradOut, means != null);
        assertClose(gradIn, rows.gradIn, 20, "gradIn");
        assertClose(gradWeight, rows.gradWeight, 20, "gradWeight");
        assertClose(gradBias, rows.gradBias, 20, "gradBias");
        Tensor alone = result(c, sizes);
        c.backend().rowNormGrad(in, weight, means, inverses, gradOut, alone, null, null);
        assertThat(alone.toDoubles()).isEqualTo(gradIn.toDoubles());
        c.backend().rowNormGrad(in, weight, means, inverses, gradOut, null, null, gradBias);
        assertClose(gradBias, rows.gradBias, 20, "gradBias");
    }

    /** The formulas, one row after the other. */
    private static final class Rows {
        private final int width;
        private final double[] x;
        private final double[] weight;
        private final double[] out;
        private final double[] means;
        private final double[] inverses;
        private final double[] gradIn;
        private final double[] gradWeight;
        private final double[] gradBias;

        Rows(Tensor in, Tensor weight, Tensor bias, boolean centred) {
            this.width = (int) in.size(1);
            this.x = in.toDoubles();
            this.weight = weight == null ? ones(width) : weight.toDoubles();
            this.out = new double[x.length];
            this.means = new double[(int) in.size(0)];
            this.inverses = new double[means.length];
            this.gradIn = new double[x.length];
            this.gradWeight = new double[width];
            this.gradBias = new double[width];
            double[] terms = bias == null ? new double[width] : bias.toDoubles();
            for (int i = 0; i < means.length; i++) {
                double squares = 0;
                for (int j = 0; j < width && centred; j++) {
                    means[i] += x[i * width + j] / width;
                }
                for (int j = 0; j < width; j++) {
                    squares += Math.pow(x[i * width + j] - means[i], 2) / width;
                }
                inverses[i] = 1 / Math.sqrt(squares + EPSILON);
                for (int j = 0; j < width; j++) {
                    out[i * width + j] = normalised(i, j) * this.weight[j] + terms[j];
                }
            }
        }

        private double normalised(int i, int j) {
            return (x[i * width + j] - means[i]) * inverses[i];
        }

        void backward(Tensor gradOut, boolean centred) {
            double[] g = gradOut.toDoubles();
            for (int i = 0; i < means.length; i++) {
                double mean = 0;
                double projection = 0;
                for (int j = 0; j < width; j++) {
                    double gradient = g[i * width + j];
                    gradWeight[j] += gradient * normalised(i, j);
                    gradBias[j] += gradient;
                    mean += gradient * weight[j] / width;
                    projection += gradient * weight[j] * normalised(i, j) / width;
                }
                for (int j = 0; j < width; j++) {
                    gradIn[i * width + j] = inverses[i]
                            * (g[i * width + j] * weight[j] - (centred ? mean : 0) - normalised(i, j) * projection);
                }
            }
        }
    }

    private static double[] ones(int length) {
        double[] ones = new double[length];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }

    @ParameterizedTest
    @MethodSource("floating")
    void channelNorms(Case c) {
        for (long[] sizes : IMAGES) {
            for (int variant = 0; variant < 4; variant++) {
                boolean affine = variant % 2 == 0;
                Tensor in = sample(c, sizes);
                Tensor weight = affine ? sample(c.dtype(), 0.5, 2, sizes[1]) : null;
                Tensor bias = affine ? sample(c.dtype(), -1, 1, sizes[1]) : null;
                Tensor means = result(statistics(c.dtype()), sizes[1]);
                Tensor variances = result(statistics(c.dtype()), sizes[1]);
                Tensor normalised = result(c, sizes);
                if (in.elements() > 0) {
                    c.backend().batchNorm(in, weight, bias, EPSILON, normalised, means, variances);
                    checkMoments(in, means, variances);
                } else {
                    c.backend().fill(means, 0);
                    c.backend().fill(variances, 1);
                }
                Tensor inverses = result(statistics(c.dtype()), sizes[1]);
                c.backend().scale(variances, 1, EPSILON, inverses);
                c.backend().unary(Unary.RSQRT, 0, 0, inverses, inverses);
                Tensor out = result(c, sizes);

                c.backend().channelNorm(in, means, inverses, weight, bias, out);

                double[] x = in.toDoubles();
                double[] centres = means.toDoubles();
                double[] scales = inverses.toDoubles();
                double[] terms = bias == null ? new double[(int) sizes[1]] : bias.toDoubles();
                double[] factors = weight == null ? ones((int) sizes[1]) : weight.toDoubles();
                for (int i = 0; i < x.length; i++) {
                    int channel = place(sizes, i, 1);
                    x[i] = (x[i] - centres[channel]) * scales[channel];
                    x[i] = x[i] * factors[channel] + terms[channel];
                }
                assertClose(out, x, 2, "channelNorm");
                if (in.elements() > 0) {
                    assertClose(normalised, x, 4, "batchNorm");
                }
                checkChannelGradients(c, variant / 2 == 0, in, means, inverses, weight);
            }
        }
    }

    private static void checkMoments(Tensor in, Tensor means, Tensor variances) {
        long[] sizes = in.shape().sizes();
        double[] x = in.toDoubles();
        double[] mean = new double[(int) sizes[1]];
        double[] variance = new double[mean.length];
        double count = sizes[0] * sizes[2];
        for (int i = 0; i < x.length; i++) {
            mean[place(sizes, i, 1)] += x[i] / count;
        }
        for (int i = 0; i < x.length; i++) {
            variance[place(sizes, i, 1)] += Math.pow(x[i] - mean[place(sizes, i, 1)], 2) / count;
        }
        assertClose(means, mean, 2, "means");
        assertClose(variances, variance, 2, "variances");
    }

    private void checkChannelGradients(Case c, boolean batch, Tensor in, Tensor means, Tensor inverses, Tensor weight) {
        long[] sizes = in.shape().sizes();
        int channels = (int) sizes[1];
        Tensor gradOut = sample(c, sizes);
        Tensor gradIn = result(c, sizes);
        Tensor gradWeight = result(c.dtype(), channels);
        Tensor gradBias = result(c.dtype(), channels);
        c.backend().channelNormGrad(batch, in, means, inverses, weight, gradOut, gradIn, gradWeight, gradBias);

        double[] x = in.toDoubles();
        double[] g = gradOut.toDoubles();
        double[] scales = inverses.toDoubles();
        double[] centres = means.toDoubles();
        double[] factors = weight == null ? ones(channels) : weight.toDoubles();
        double[] sums = new double[channels];
        double[] products = new double[channels];
        for (int i = 0; i < x.length; i++) {
            int channel = place(sizes, i, 1);
            x[i] = (x[i] - centres[channel]) * scales[channel];
            sums[channel] += g[i];
            products[channel] += g[i] * x[i];
        }
        double count = sizes[0] * sizes[2];
        double[] expected = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int channel = place(sizes, i, 1);
            double through = batch ? sums[channel] / count + x[i] * products[channel] / count : 0;
            expected[i] = (g[i] - through) * scales[channel] * factors[channel];
        }
        assertClose(gradIn, expected, 10, "gradIn");
        assertClose(gradWeight, products, 30, "gradWeight");
        assertClose(gradBias, sums, 30, "gradBias");
        Tensor alone = result(c, sizes);
        c.backend().channelNormGrad(batch, in, means, inverses, weight, gradOut, alone, null, null);
        assertThat(alone.toDoubles()).isEqualTo(gradIn.toDoubles());
        c.backend().channelNormGrad(batch, in, means, inverses, weight, gradOut, null, gradWeight, null);
        assertClose(gradWeight, products, 30, "gradWeight");
    }
}
