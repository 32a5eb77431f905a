// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.ConvolutionFunctions;
import io.howdah.trainer.nn.functional.PoolingFunctions;
import io.howdah.trainer.ops.AveragePools.Divisor;
import io.howdah.trainer.ops.ConvolutionSettings;
import io.howdah.trainer.ops.Pooling;
import io.howdah.trainer.ops.Spatial;
import java.util.List;

/** Convolutions and pools of {@link LayerTable}. */
final class SpatialLayers {
    private static final ConvolutionSettings PLAIN = ConvolutionSettings.DEFAULT;

    private SpatialLayers() {}

    static List<LayerCase> convolutions() {
        ConvolutionSettings strided = PLAIN.withStride(2).withPadding(1).withGroups(2);
        ConvolutionSettings same = PLAIN.withSameSize().withDilation(2);
        ConvolutionSettings padded = PLAIN.withPadding(1);
        ConvolutionSettings full = PLAIN.withStride(new Spatial(2, 1))
                .withPadding(new Spatial(1, 2))
                .withDilation(new Spatial(1, 2))
                .withGroups(2);
        ConvTranspose2d.Shape transposed =
                ConvTranspose2d.Shape.of(4, 6, 3, strided).withOutputPadding(Spatial.of(1));
        return List.of(
                LayerCase.of(
                        "conv1d",
                        random -> new Conv1d(4, 6, 3, strided, random),
                        (state, x, mode) ->
                                ConvolutionFunctions.conv1d(x, state.get("weight"), state.get("bias"), strided)),
                LayerCase.of(
                        "conv1d_same",
                        random -> new Conv1d(3, 2, 4, same, Bias.NONE, random),
                        (state, x, mode) -> ConvolutionFunctions.conv1d(x, state.get("weight"), null, same)),
                LayerCase.of(
                        "conv2d",
                        random -> new Conv2d(3, 4, 3, padded, random),
                        (state, x, mode) ->
                                ConvolutionFunctions.conv2d(x, state.get("weight"), state.get("bias"), padded)),
                LayerCase.of(
                        "conv2d_options",
                        random -> new Conv2d(4, 6, new Spatial(3, 2), full, Bias.NONE, random),
                        (state, x, mode) -> ConvolutionFunctions.conv2d(x, state.get("weight"), null, full)),
                LayerCase.of(
                        "conv_transpose2d",
                        random -> new ConvTranspose2d(transposed, random),
                        (state, x, mode) -> ConvolutionFunctions.convTranspose2d(
                                x, state.get("weight"), state.get("bias"), strided, Spatial.of(1))));
    }

    static List<LayerCase> pools() {
        Pooling three = Pooling.of(3).withStride(2).withPadding(1);
        Pooling tall = new Pooling(new Spatial(3, 2), Spatial.of(2), new Spatial(1, 0), Spatial.of(1), true);
        Spatial size = new Spatial(2, 3);
        return List.of(
                LayerCase.plain("max_pool1d", new MaxPool1d(three), x -> PoolingFunctions.maxPool1d(x, three)),
                LayerCase.plain("max_pool2d", new MaxPool2d(tall), x -> PoolingFunctions.maxPool2d(x, tall)),
                LayerCase.plain(
                        "average_pool1d",
                        new AveragePool1d(three),
                        x -> PoolingFunctions.averagePool1d(x, three, Divisor.ALL)),
                LayerCase.plain(
                        "average_pool2d",
                        new AveragePool2d(three, Divisor.INSIDE),
                        x -> PoolingFunctions.averagePool2d(x, three, Divisor.INSIDE)),
                LayerCase.plain(
                        "adaptive_average_pool1d",
                        new AdaptiveAveragePool1d(3),
                        x -> PoolingFunctions.adaptiveAveragePool1d(x, 3)),
                LayerCase.plain(
                        "adaptive_average_pool2d",
                        new AdaptiveAveragePool2d(size),
                        x -> PoolingFunctions.adaptiveAveragePool2d(x, size)),
                LayerCase.plain(
                        "adaptive_max_pool1d", new AdaptiveMaxPool1d(3), x -> PoolingFunctions.adaptiveMaxPool1d(x, 3)),
                LayerCase.plain(
                        "adaptive_max_pool2d",
                        new AdaptiveMaxPool2d(size),
                        x -> PoolingFunctions.adaptiveMaxPool2d(x, size)));
    }
}
