// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Batch norm: normalises channels over all other dimensions, in binary64. */
final class ChannelNorms {
    private static final int CHUNK = Elementwise.CHUNK;

    private final Tensor in;

    /** [C, N, L]. */
    private final Tensor byChannel;

    private final int channels;
    private final int length;

    /** Elements per channel. */
    private final long count;

    private final double[] means;
    private final double[] inverses;
    private final double[] weight;

    private ChannelNorms(Tensor in, @Nullable Tensor means, @Nullable Tensor inverses, @Nullable Tensor weight) {
        this.in = in;
        this.byChannel = Layouts.permuted(in, 1, 0, 2);
        this.channels = Math.toIntExact(in.size(1));
        this.length = Math.toIntExact(in.size(2));
        this.count = in.size(0) * length;
        this.means = RowNorms.vector(means, channels, 0);
        this.inverses = RowNorms.vector(inverses, channels, 1);
        this.weight = RowNorms.vector(weight, channels, 1);
    }

    static void batch(
            Tensor in,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon,
            Tensor out,
            Tensor means,
            Tensor variances) {
        moments(in, means, variances);
        double[] inverses = variances.toDoubles();
        for (int c = 0; c < inverses.length; c++) {
            inverses[c] = 1 / Math.sqrt(inverses[c] + epsilon);
        }
        try (Tensor factors = Tensor.empty(DType.FLOAT64, variances.shape())) {
            RowNorms.write(inverses, factors);
            forward(in, means, factors, weight, bias, out);
        }
    }

    private static void moments(Tensor in, Tensor means, Tensor variances) {
        ChannelNorms norms = new ChannelNorms(in, null, null, null);
        double[] variance = new double[norms.channels];
        Parallel.each(norms.channels, norms.count, channel -> {
            norms.means[channel] = norms.sum(channel) / norms.count;
            variance[channel] = norms.squares(channel) / norms.count;
        });
        RowNorms.write(norms.means, means);
        RowNorms.write(variance, variances);
    }

    private double sum(int channel) {
        double[] x = new double[(int) Math.min(CHUNK, count)];
        Cursor from = new Cursor(byChannel, channel * count);
        double sum = 0;
        for (long done = 0; done < count; done += CHUNK) {
            int part = (int) Math.min(CHUNK, count - done);
            from.read(x, part);
            sum += Sums.sum(x, part);
        }
        return sum;
    }

    /** Σ(x − mean)² of a channel. */
    private double squares(int channel) {
        double[] x = new double[(int) Math.min(CHUNK, count)];
        Cursor from = new Cursor(byChannel, channel * count);
        double sum = 0;
        for (long done = 0; done < count; done += CHUNK) {
            int part = (int) Math.min(CHUNK, count - done);
            from.read(x, part);
            for (int i = 0; i < part; i++) {
                x[i] -= means[channel];
            }
            sum += Sums.products(x, x, part);
        }
        return sum;
    }

    static void forward(
            Tensor in, Tensor means, Tensor inverses, @Nullable Tensor weight, @Nullable Tensor bias, Tensor out) {
        ChannelNorms norms = new ChannelNorms(in, means, inverses, weight);
        double[] terms = RowNorms.vector(bias, norms.channels, 0);
        Lines.each(in.size(0) * norms.channels, norms.length, (start, end) -> {
            double[] x = new double[norms.length];
            Cursor from = new Cursor(in, start * norms.length);
            Cursor to = new Cursor(out, start * norms.length);
            for (long line = start; line < end; line++) {
                int c = (int) (line % norms.channels);
                double mean = norms.means[c];
                double factor = norms.inverses[c] * norms.weight[c];
                from.read(x, x.length);
                for (int i = 0; i < x.length; i++) {
                    x[i] = (x[i] - mean) * factor + terms[c];
                }
                to.write(x, x.length);
            }
        });
    }

    static void backward(
            boolean batch,
            Tensor in,
            Tensor means,
            Tensor inverses,
            @Nullable Tensor weight,
            Tensor gradOut,
            @Nullable Tensor gradIn,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias) {
        ChannelNorms norms = new ChannelNorms(in, means, inverses, weight);
        double[] weightSums = new double[norms.channels];
        double[] biasSums = new double[norms.channels];
        if (batch || gradWeight != null || gradBias != null) {
            Tensor gradients = Layouts.permuted(gradOut, 1, 0, 2);
            Parallel.each(norms.channels, norms.count, c -> norms.sums(gradients, c, weightSums, biasSums));
        }
        RowNorms.write(weightSums, gradWeight);
        RowNorms.write(biasSums, gradBias);
        if (gradIn != null) {
            long lines = in.size(0) * norms.channels;
            Lines.each(lines, norms.length, (start, end) -> {
                norms.inputGradients(gradOut, gradIn, new double[][] {weightSums, biasSums}, batch, start, end);
            });
        }
    }

    /** The sums of g·x̂ and g over a channel. */
    private void sums(Tensor gradients, int channel, double[] weightSums, double[] biasSums) {
        double[] x = new double[(int) Math.min(CHUNK, count)];
        double[] g = new double[x.length];
        Cursor from = new Cursor(byChannel, channel * count);
        Cursor fromGradients = new Cursor(gradients, channel * count);
        for (long done = 0; done < count; done += CHUNK) {
            int part = (int) Math.min(CHUNK, count - done);
            from.read(x, part);
            fromGradients.read(g, part);
            for (int i = 0; i < part; i++) {
                x[i] = (x[i] - means[channel]) * inverses[channel];
            }
            weightSums[channel] += Sums.products(g, x, part);
            biasSums[channel] += Sums.sum(g, part);
        }
    }

    /** r·w·(g − mean(g) − x̂·mean(g·x̂)), or r·w·g where the moments are constants. */
    private void inputGradients(Tensor gradOut, Tensor gradIn, double[][] sums, boolean batch, long start, long end) {
        double[] x = new double[length];
        double[] g = new double[length];
        Cursor from = new Cursor(in, start * length);
        Cursor gradients = new Cursor(gradOut, start * length);
        Cursor to = new Cursor(gradIn, start * length);
        for (long line = start; line < end; line++) {
            int c = (int) (line % channels);
            double factor = inverses[c] * weight[c];
            double projection = batch ? sums[0][c] / count * inverses[c] : 0;
            double mean = batch ? sums[1][c] / count : 0;
            double centre = means[c];
            from.read(x, length);
            gradients.read(g, length);
            for (int i = 0; i < length; i++) {
                g[i] = (g[i] - mean - (x[i] - centre) * projection) * factor;
            }
            to.write(g, length);
        }
    }
}
