// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn.functional;

import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Convolutions;
import io.howdah.trainer.ops.Copies;
import io.howdah.trainer.ops.Spatial;
import io.howdah.trainer.ops.TransposedConvolutions;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Convolutions; the formulas are those of {@link Convolutions} and {@link TransposedConvolutions}. */
public final class ConvolutionFunctions {
    private ConvolutionFunctions() {}

    /**
     * The same elements, in memory ordered as [N, …, C]; the shape stays. Convolutions, norms, pools and activations keep
     * the order, in which processors convolve fastest, so that it pays to call this once on the input of a network.
     *
     * @param x [N, C, …]
     */
    public static Tensor channelsLast(Tensor x) {
        return Copies.channelsLast(x);
    }

    /**
     * @param x [N, C, W] or [C, W]
     * @param weight [K, C/groups, S]
     * @param bias [K] or null
     * @return [N, K, Q] or [K, Q]
     */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings) {
        return Convolutions.conv1d(x, weight, bias, settings);
    }

    /**
     * @param x [N, C, H, W] or [C, H, W]
     * @param weight [K, C/groups, R, S]
     * @param bias [K] or null
     * @return [N, K, P, Q] or [K, P, Q]
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings) {
        return Convolutions.conv2d(x, weight, bias, settings);
    }

    /**
     * @param x [N, K, P, Q] or [K, P, Q]
     * @param weight [K, C/groups, R, S]
     * @param bias [C] or null
     * @param outputPadding elements added behind, less than stride or dilation
     * @return [N, C, H, W] or [C, H, W]
     */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, ConvolutionSettings settings, Spatial outputPadding) {
        return TransposedConvolutions.convTranspose2d(x, weight, bias, settings, outputPadding);
    }
}
