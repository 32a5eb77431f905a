// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/**
 * How a convolution moves its filter over the input. One-dimensional convolutions use the widths.
 *
 * @param stride step between outputs, at least 1
 * @param padding zeros added on each side, at least 0
 * @param sameSize whether, instead, as many zeros are added as give the output the size of the input, the odd one behind;
 *     asks for stride 1 (PyTorch's {@code padding='same'})
 * @param dilation distance between taps, at least 1 (Yu and Koltun, “Multi-scale context aggregation by dilated
 *     convolutions”, 2016)
 * @param groups into how many groups of channels input and output are split, each output group seeing one input group
 */
public record ConvolutionSettings(Spatial stride, Spatial padding, boolean sameSize, Spatial dilation, int groups) {
    /** Stride 1, no padding (PyTorch's {@code padding='valid'}), no dilation, one group. */
    public static final ConvolutionSettings DEFAULT =
            new ConvolutionSettings(Spatial.of(1), Spatial.of(0), false, Spatial.of(1), 1);

    public ConvolutionSettings withStride(Spatial newStride) {
        return new ConvolutionSettings(newStride, padding, sameSize, dilation, groups);
    }

    public ConvolutionSettings withStride(int both) {
        return withStride(Spatial.of(both));
    }

    public ConvolutionSettings withPadding(Spatial newPadding) {
        return new ConvolutionSettings(stride, newPadding, false, dilation, groups);
    }

    public ConvolutionSettings withPadding(int both) {
        return withPadding(Spatial.of(both));
    }

    /** As many zeros as give the output the size of the input. */
    public ConvolutionSettings withSameSize() {
        return new ConvolutionSettings(stride, Spatial.of(0), true, dilation, groups);
    }

    public ConvolutionSettings withDilation(Spatial newDilation) {
        return new ConvolutionSettings(stride, padding, sameSize, newDilation, groups);
    }

    public ConvolutionSettings withDilation(int both) {
        return withDilation(Spatial.of(both));
    }

    public ConvolutionSettings withGroups(int newGroups) {
        return new ConvolutionSettings(stride, padding, sameSize, dilation, newGroups);
    }

    /** The same along a row: height 1. */
    ConvolutionSettings alongWidth() {
        return new ConvolutionSettings(
                stride.withHeight(1), padding.withHeight(0), sameSize, dilation.withHeight(1), groups);
    }

    /** Refuses numbers that make no sense. */
    void check(String op) {
        if (!stride.isAtLeast(1) || !dilation.isAtLeast(1) || !padding.isAtLeast(0) || groups < 1) {
            throw new IllegalArgumentException("Cannot compute " + op + ": stride=" + stride + " padding=" + padding
                    + " dilation=" + dilation + " groups=" + groups
                    + ", expected stride >= 1, padding >= 0, dilation >= 1 and groups >= 1; correct the settings");
        }
        if (sameSize && !stride.equals(Spatial.of(1))) {
            throw new IllegalArgumentException("Cannot compute " + op + ": stride=" + stride
                    + ", expected 1 where the output is to have the size of the input; give a padding instead");
        }
    }
}
