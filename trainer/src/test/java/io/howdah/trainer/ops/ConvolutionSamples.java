// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.kernel.Window;
import io.howdah.trainer.ops.AveragePools.Divisor;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Samples of convolutions and pools. */
final class ConvolutionSamples {
    private static final ConvolutionSettings DEFAULT = ConvolutionSettings.DEFAULT;
    private static final ConvolutionSettings SPARSE = DEFAULT.withStride(new Spatial(2, 1))
            .withPadding(new Spatial(1, 2))
            .withDilation(new Spatial(1, 2))
            .withGroups(2);

    private ConvolutionSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        samples.put("convolution", convolutions());
        samples.put("transposedConvolution", transposedConvolutions());
        samples.put("convolutionWeightGradient", correlations());
        addPools(samples);
        addAdaptivePools(samples);
    }

    private static List<Sample> convolutions() {
        return List.of(
                Sample.of(
                        x -> Convolutions.conv2d(x.get(0), x.get(1), x.get(2), DEFAULT),
                        shape(2, 2, 4, 3),
                        shape(3, 2, 2, 2),
                        shape(3)),
                Sample.of(
                        x -> Convolutions.conv2d(x.get(0), x.get(1), x.get(2), SPARSE),
                        shape(2, 4, 5, 3),
                        shape(2, 2, 3, 2),
                        shape(2)),
                Sample.of(
                        x -> Convolutions.conv2d(x.get(0), x.get(1), null, DEFAULT.withSameSize()),
                        shape(1, 4, 3),
                        shape(1, 1, 2, 3)),
                Sample.of(
                        x -> Convolutions.conv2d(x.get(0), x.get(1), null, DEFAULT.withGroups(3)),
                        shape(1, 3, 3, 3),
                        shape(3, 1, 2, 2)),
                Sample.of(
                        x -> Convolutions.conv1d(
                                x.get(0),
                                x.get(1),
                                x.get(2),
                                DEFAULT.withStride(2).withPadding(1)),
                        shape(2, 2, 5),
                        shape(3, 2, 3),
                        shape(3)),
                Sample.of(
                        x -> Convolutions.conv1d(
                                x.get(0),
                                x.get(1),
                                x.get(2),
                                DEFAULT.withSameSize().withDilation(3)),
                        shape(2, 5),
                        shape(3, 2, 2),
                        shape(3)),
                Sample.of(
                        x -> Convolutions.conv2d(x.get(0), x.get(1), x.get(2), DEFAULT),
                        shape(0, 2, 4, 3),
                        shape(3, 2, 2, 2),
                        shape(3)));
    }

    private static List<Sample> transposedConvolutions() {
        return List.of(
                Sample.of(
                        x -> TransposedConvolutions.convTranspose2d(
                                x.get(0), x.get(1), x.get(2), DEFAULT, Spatial.of(0)),
                        shape(2, 2, 2, 3),
                        shape(2, 3, 2, 2),
                        shape(3)),
                Sample.of(
                        x -> TransposedConvolutions.convTranspose2d(
                                x.get(0), x.get(1), x.get(2), SPARSE, new Spatial(1, 0)),
                        shape(2, 2, 3, 4),
                        shape(2, 2, 3, 2),
                        shape(4)),
                Sample.of(
                        x -> TransposedConvolutions.convTranspose2d(x.get(0), x.get(1), null, SPARSE, Spatial.of(1)),
                        shape(2, 3, 4),
                        shape(2, 2, 3, 2)),
                Sample.of(
                        x -> TransposedConvolutions.convTranspose1d(
                                x.get(0), x.get(1), x.get(2), DEFAULT.withStride(2), 1),
                        shape(1, 2, 4),
                        shape(2, 1, 3),
                        shape(1)));
    }

    private static List<Sample> correlations() {
        ConvolutionFilter dense = new ConvolutionFilter(new Window(2, 2, 1, 1, 0, 0, 1, 1), 1, 2, 2);
        ConvolutionFilter sparse = new ConvolutionFilter(new Window(3, 2, 2, 1, 1, 2, 1, 2), 2, 3, 2);
        return List.of(
                Sample.of(
                        x -> Convolutions.correlation(x.get(0), x.get(1), dense), shape(2, 3, 3, 2), shape(2, 2, 4, 3)),
                Sample.of(
                        x -> Convolutions.correlation(x.get(0), x.get(1), sparse),
                        shape(2, 2, 3, 5),
                        shape(2, 4, 5, 3)));
    }

    private static void addPools(Map<String, List<Sample>> samples) {
        Pooling overlapping = Pooling.of(new Spatial(3, 2))
                .withStride(new Spatial(1, 2))
                .withPadding(1)
                .withCeil(true);
        Tensor places = Tensor.of(new long[] {0, 3, 3, 5, 2, 1, 1, 1}, 1, 2, 2, 2);
        samples.put(
                "maxPool",
                List.of(
                        Sample.of(x -> MaxPools.maxPool2d(x.get(0), Pooling.of(2)), shape(2, 2, 4, 5)),
                        Sample.of(x -> MaxPools.maxPool2d(x.get(0), overlapping.withDilation(2)), shape(2, 5, 6)),
                        Sample.of(
                                x -> MaxPools.maxPool1d(x.get(0), Pooling.of(3).withStride(2)), shape(1, 2, 7))));
        samples.put(
                "maxPoolGradient",
                List.of(Sample.of(x -> MaxPools.toPlaces(x.get(0), places, Shape.of(1, 2, 2, 3)), shape(1, 2, 2, 2))));
        samples.put(
                "atPlaces",
                List.of(
                        Sample.of(x -> MaxPools.atPlaces(x.get(0), places), shape(1, 2, 2, 3)),
                        Sample.of(
                                x -> AdaptivePools.adaptiveMaxPool2d(x.get(0), new Spatial(2, 4))
                                        .values(),
                                shape(2, 2, 5, 6)),
                        Sample.of(
                                x -> AdaptivePools.adaptiveMaxPool1d(x.get(0), 3)
                                        .values(),
                                shape(2, 7))));
        samples.put(
                "averagePool",
                List.of(
                        Sample.of(
                                x -> AveragePools.averagePool2d(x.get(0), Pooling.of(2), Divisor.ALL),
                                shape(2, 2, 4, 5)),
                        Sample.of(x -> AveragePools.averagePool2d(x.get(0), overlapping, Divisor.ALL), shape(2, 5, 6)),
                        Sample.of(
                                x -> AveragePools.averagePool2d(x.get(0), overlapping, Divisor.INSIDE), shape(2, 5, 6)),
                        Sample.of(
                                x -> AveragePools.averagePool2d(x.get(0), overlapping, Divisor.of(3)), shape(2, 5, 6)),
                        Sample.of(
                                x -> AveragePools.averagePool1d(
                                        x.get(0), Pooling.of(3).withStride(2), Divisor.ALL),
                                shape(0, 2, 7))));
        AveragePools.Averages averages =
                new AveragePools.Averages(new PoolWindow(new Window(3, 2, 1, 2, 1, 1, 1, 1), 5, 6), false, 0);
        samples.put(
                "averagePoolGradient",
                List.of(Sample.of(x -> AveragePools.spread(x.get(0), averages), shape(1, 2, 5, 4))));
    }

    private static void addAdaptivePools(Map<String, List<Sample>> samples) {
        AdaptivePools.Cut cut = new AdaptivePools.Cut(1, 5, 3);
        samples.put(
                "averageWindows",
                List.of(
                        Sample.of(x -> AdaptivePools.average(x.get(0), cut), shape(2, 5, 3)),
                        Sample.of(
                                x -> AdaptivePools.adaptiveAveragePool2d(x.get(0), new Spatial(2, 4)),
                                shape(2, 2, 5, 6)),
                        Sample.of(x -> AdaptivePools.adaptiveAveragePool1d(x.get(0), 7), shape(2, 5))));
        samples.put("spreadWindows", List.of(Sample.of(x -> AdaptivePools.spread(x.get(0), cut), shape(2, 3, 3))));
    }
}
