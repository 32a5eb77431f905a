// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Convolutions as matrix products of the filters with what the window sees, group by group. */
final class Convolutions {
    private Convolutions() {}

    static void forward(Tensor in, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out) {
        if (out.elements() == 0) {
            return;
        }
        long filters = weight.size(0) / groups;
        long channels = weight.size(1);
        try (Patches patches = new Patches(in, window, out.size(2), out.size(3))) {
            Parallel.each(groups, out.elements() / groups, group -> {
                double[] terms = bias == null ? new double[0] : biases(bias, group * filters, (int) filters);
                Tensor left = narrowed(weight, 0, group * filters, filters);
                Tensor right = patches.channels(group * channels, channels);
                Tensor result = Layouts.permuted(narrowed(out, 1, group * filters, filters), 1, 0, 2, 3);
                MatrixProduct.product(left, right, result, filters, terms);
            });
        }
    }

    private static double[] biases(Tensor bias, long start, int count) {
        double[] values = new double[count];
        new Cursor(bias, start).read(values, count);
        return values;
    }

    /** A convolution of the output's gradient, its elements spread by the stride, with the filters turned by 180°. */
    static void gradInput(Tensor gradOut, Tensor weight, Window window, int groups, Tensor gradIn) {
        if (gradOut.elements() == 0) {
            Pointwise.fill(gradIn, 0);
            return;
        }
        Window turned = new Window(
                window.kernelHeight(),
                window.kernelWidth(),
                1,
                1,
                (window.kernelHeight() - 1) * window.dilationHeight() - window.padTop(),
                (window.kernelWidth() - 1) * window.dilationWidth() - window.padLeft(),
                window.dilationHeight(),
                window.dilationWidth());
        long filters = weight.size(0) / groups;
        long channels = weight.size(1);
        try (Tensor flipped = flipped(weight);
                Tensor spread = spread(gradOut, window);
                Patches patches = new Patches(spread, turned, gradIn.size(2), gradIn.size(3))) {
            Parallel.each(groups, gradIn.elements() / groups, group -> {
                Tensor left = Layouts.permuted(narrowed(flipped, 0, group * filters, filters), 1, 0, 2, 3);
                Tensor right = patches.channels(group * filters, filters);
                Tensor result = Layouts.permuted(narrowed(gradIn, 1, group * channels, channels), 1, 0, 2, 3);
                MatrixProduct.product(left, right, result, channels, new double[0]);
            });
        }
    }

    static void gradWeight(Tensor gradOut, Tensor in, Window window, int groups, Tensor gradWeight) {
        if (gradOut.elements() == 0) {
            Pointwise.fill(gradWeight, 0);
            return;
        }
        long filters = gradWeight.size(0) / groups;
        long channels = gradWeight.size(1);
        long taps = channels * window.kernelHeight() * window.kernelWidth();
        Tensor channelsLast = Layouts.permuted(gradOut, 0, 2, 3, 1);
        try (Patches patches = new Patches(in, window, gradOut.size(2), gradOut.size(3));
                Tensor gradients = Tensor.empty(gradOut.dtype(), channelsLast.shape())) {
            Copying.copy(channelsLast, gradients);
            Parallel.each(groups, gradOut.elements() / groups, group -> {
                Tensor left = patches.channels(group * channels, channels);
                Tensor right = narrowed(gradients, 3, group * filters, filters);
                Tensor result = Layouts.permuted(narrowed(gradWeight, 0, group * filters, filters), 1, 2, 3, 0);
                MatrixProduct.product(left, right, result, taps, new double[0]);
            });
        }
    }

    /** The filters with their taps in reverse order. */
    private static Tensor flipped(Tensor weight) {
        Tensor flipped = Tensor.empty(weight.dtype(), weight.shape());
        long rows = weight.size(2);
        long columns = weight.size(3);
        for (long r = 0; r < rows; r++) {
            for (long s = 0; s < columns; s++) {
                Tensor from = narrowed(narrowed(weight, 2, r, 1), 3, s, 1);
                Copying.copy(from, narrowed(narrowed(flipped, 2, rows - 1 - r, 1), 3, columns - 1 - s, 1));
            }
        }
        return flipped;
    }

    /** Zeros between the rows and columns, as many as the stride leaves out. */
    private static Tensor spread(Tensor gradOut, Window window) {
        Shape shape = Shape.of(
                gradOut.size(0),
                gradOut.size(1),
                (gradOut.size(2) - 1) * window.strideHeight() + 1,
                (gradOut.size(3) - 1) * window.strideWidth() + 1);
        Tensor spread = Tensor.zeros(gradOut.dtype(), shape);
        long[] strides = spread.strides();
        strides[2] *= window.strideHeight();
        strides[3] *= window.strideWidth();
        Copying.copy(gradOut, spread.subview(gradOut.shape(), strides, 0));
        return spread;
    }

    private static Tensor narrowed(Tensor tensor, int dimension, long start, long count) {
        long[] sizes = tensor.shape().sizes();
        sizes[dimension] = count;
        return tensor.subview(Shape.of(sizes), tensor.strides(), start * tensor.stride(dimension));
    }
}
