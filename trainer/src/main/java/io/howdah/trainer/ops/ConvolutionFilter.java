// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of the ops that a convolution and its gradients are made of.
 *
 * @param window the filter and how it moves over the side that a convolution reads
 * @param groups number of groups of channels
 * @param height spatial size of the result
 * @param width spatial size of the result
 */
record ConvolutionFilter(Window window, int groups, long height, long width) {
    /** The filter of a convolution that reads an input of shape [N, C, H, W]. */
    static ConvolutionFilter forward(String op, Shape input, Shape weight, ConvolutionSettings settings) {
        Spatial dilation = settings.dilation();
        long tallOver = dilation.height() * (weight.size(2) - 1);
        long wideOver = dilation.width() * (weight.size(3) - 1);
        if (settings.sameSize()) {
            Spatial before = new Spatial((int) (tallOver / 2), (int) (wideOver / 2));
            Window window = window(weight, settings, before);
            return new ConvolutionFilter(window, settings.groups(), input.size(2), input.size(3));
        }
        Spatial padding = settings.padding();
        long tall = input.size(2) + 2L * padding.height() - tallOver - 1;
        long wide = input.size(3) + 2L * padding.width() - wideOver - 1;
        if (tall < 0 || wide < 0 || weight.size(2) < 1 || weight.size(3) < 1) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + input + " weight=" + weight
                    + " padding=" + padding + " dilation=" + dilation
                    + ", expected a filter that is not empty and fits into the padded input; pad more");
        }
        return new ConvolutionFilter(
                window(weight, settings, padding),
                settings.groups(),
                tall / settings.stride().height() + 1,
                wide / settings.stride().width() + 1);
    }

    /** The filter of a transposed convolution of an input of shape [N, K, P, Q]. */
    static ConvolutionFilter transposed(
            String op, Shape input, Shape weight, ConvolutionSettings settings, Spatial outputPadding) {
        Spatial stride = settings.stride();
        Spatial dilation = settings.dilation();
        Spatial padding = settings.padding();
        long height = (input.size(2) - 1) * stride.height()
                - 2L * padding.height()
                + dilation.height() * (weight.size(2) - 1)
                + outputPadding.height()
                + 1;
        long width = (input.size(3) - 1) * stride.width()
                - 2L * padding.width()
                + dilation.width() * (weight.size(3) - 1)
                + outputPadding.width()
                + 1;
        if (height < 1 || width < 1 || weight.size(2) < 1 || weight.size(3) < 1) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + input + " weight=" + weight
                    + " padding=" + padding + ", expected an output that is not empty but found [" + height + ", "
                    + width + "]; pad less");
        }
        return new ConvolutionFilter(window(weight, settings, padding), settings.groups(), height, width);
    }

    private static Window window(Shape weight, ConvolutionSettings settings, Spatial before) {
        return new Window(
                Math.toIntExact(weight.size(2)),
                Math.toIntExact(weight.size(3)),
                settings.stride().height(),
                settings.stride().width(),
                before.height(),
                before.width(),
                settings.dilation().height(),
                settings.dilation().width());
    }

    /** The same filter with a result of the spatial size of {@code shape}. */
    ConvolutionFilter sized(Shape shape) {
        return new ConvolutionFilter(window, groups, shape.size(2), shape.size(3));
    }

    /** Refuses shapes that do not go together; {@code inputChannels} and {@code outputChannels} are the weight's. */
    static void checkChannels(
            String op, Tensor input, Tensor weight, @Nullable Tensor bias, long inputChannels, long outputChannels) {
        boolean fits =
                input.size(1) == inputChannels && (bias == null || bias.shape().equals(Shape.of(outputChannels)));
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + input.shape() + " weight="
                    + weight.shape() + (bias == null ? "" : " bias=" + bias.shape()) + ", expected "
                    + inputChannels + " input channels and a bias of " + outputChannels
                    + " elements; correct the shapes or groups");
        }
    }

    /** Refuses a weight whose first dimension does not split into the groups. */
    static void checkGroups(String op, Tensor weight, int groups) {
        if (weight.size(0) < groups || weight.size(0) % groups != 0) {
            throw new IllegalArgumentException("Cannot compute " + op + ": weight=" + weight.shape() + " groups="
                    + groups + ", expected a first dimension that is a multiple of groups; correct the groups");
        }
    }
}
