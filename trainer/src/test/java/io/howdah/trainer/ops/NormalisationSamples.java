// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import static io.howdah.trainer.ops.Sample.shape;

import io.howdah.trainer.ops.BatchNorms.Parameters;
import io.howdah.trainer.ops.BatchNorms.RunningMoments;
import io.howdah.trainer.tensor.Randomness;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Samples of normalisations, softmax and dropout. */
final class NormalisationSamples {
    private NormalisationSamples() {}

    static void addTo(Map<String, List<Sample>> samples) {
        samples.put("batchNorm", batchNorms());
        samples.put("channelNorm", channelNorms());
        samples.put("rowNorm", rowNorms());
        samples.put(
                "softmax",
                List.of(
                        Sample.of(x -> Softmaxes.softmax(x.get(0), 1), shape(3, 4)),
                        Sample.of(x -> Softmaxes.softmax(x.get(0), 0), shape(3, 2, 2)),
                        Sample.of(x -> Softmaxes.softmin(x.get(0), -2), shape(2, 3, 2)),
                        Sample.of(x -> Softmaxes.softmax(x.get(0), 0), shape()),
                        Sample.of(x -> Softmaxes.softmax(x.get(0), 1), shape(0, 3))));
        samples.put(
                "logSoftmax",
                List.of(
                        Sample.of(x -> Softmaxes.logSoftmax(x.get(0), 1), shape(3, 4)),
                        Sample.of(x -> Softmaxes.logSoftmax(x.get(0), 0), shape(3, 2, 2)),
                        Sample.of(x -> Softmaxes.logSoftmax(x.get(0), -1), shape())));
        samples.put("keepMasked", dropouts());
    }

    private static List<Sample> batchNorms() {
        return List.of(
                Sample.of(
                        x -> BatchNorms.batchNorm(x.get(0), null, new Parameters(x.get(1), x.get(2)), 0, 1e-2),
                        shape(3, 2, 2, 2),
                        shape(2),
                        shape(2)),
                Sample.of(
                        x -> BatchNorms.batchNorm(x.get(0), null, new Parameters(x.get(1), null), 0, 1e-2),
                        shape(5, 3),
                        shape(3)),
                Sample.of(
                        x -> BatchNorms.batchNorm(x.get(0), null, new Parameters(null, x.get(1)), 0, 1e-2),
                        shape(2, 1, 4),
                        shape(1)),
                Sample.of(
                        x -> GroupNorms.instanceNorm(x.get(0), null, new Parameters(x.get(1), x.get(2)), 0, 1e-2),
                        shape(2, 2, 2, 3),
                        shape(2),
                        shape(2)));
    }

    private static List<Sample> channelNorms() {
        RunningMoments running =
                new RunningMoments(Tensor.of(new double[] {0.5, -1}, 2), Tensor.of(new double[] {0.5, 2}, 2));
        return List.of(
                Sample.of(
                        x -> BatchNorms.batchNormEvaluation(
                                x.get(0), running, new Parameters(x.get(1), x.get(2)), 1e-2),
                        shape(3, 2, 2, 2),
                        shape(2),
                        shape(2)),
                Sample.of(
                        x -> BatchNorms.batchNormEvaluation(x.get(0), running, new Parameters(null, x.get(1)), 1e-2),
                        shape(3, 2),
                        shape(2)),
                Sample.of(
                        x -> BatchNorms.batchNormEvaluation(x.get(0), running, Parameters.NONE, 1e-2), shape(1, 2, 3)));
    }

    private static List<Sample> rowNorms() {
        return List.of(
                Sample.of(
                        x -> RowNorms.layerNorm(x.get(0), Shape.of(4), x.get(1), x.get(2), 1e-2),
                        shape(3, 4),
                        shape(4),
                        shape(4)),
                Sample.of(
                        x -> RowNorms.layerNorm(x.get(0), Shape.of(2, 3), x.get(1), x.get(2), 1e-2),
                        shape(2, 1, 2, 3),
                        shape(2, 3),
                        shape(2, 3)),
                Sample.of(x -> RowNorms.layerNorm(x.get(0), Shape.of(3), null, null, 1e-2), shape(2, 3)),
                Sample.of(x -> RowNorms.rmsNorm(x.get(0), Shape.of(4), x.get(1), 1e-2), shape(2, 2, 4), shape(4)),
                Sample.of(x -> RowNorms.rmsNorm(x.get(0), Shape.of(2, 4), null, 1e-2), shape(2, 2, 4)),
                Sample.of(
                        x -> GroupNorms.groupNorm(x.get(0), 2, new Parameters(x.get(1), x.get(2)), 1e-2),
                        shape(2, 4, 3),
                        shape(4),
                        shape(4)),
                Sample.of(x -> GroupNorms.groupNorm(x.get(0), 1, Parameters.NONE, 1e-2), shape(0, 2)));
    }

    private static List<Sample> dropouts() {
        return List.of(
                Sample.of(x -> seeded(() -> Dropouts.dropout(x.get(0), 0.5, true)), shape(3, 4)),
                Sample.of(x -> seeded(() -> Dropouts.dropoutInPlace(Copies.clone(x.get(0)), 0.3, true)), shape(3, 4)),
                Sample.of(x -> seeded(() -> Dropouts.channelDropout(x.get(0), 0.5, true)), shape(3, 4, 2, 2)),
                Sample.of(x -> seeded(() -> Dropouts.alphaDropout(x.get(0), 0.5, true)), shape(3, 4)),
                Sample.of(x -> Dropouts.dropout(x.get(0), 1, true), shape(2)));
    }

    private static Tensor seeded(Supplier<Tensor> call) {
        Randomness.current().seed(5);
        return call.get();
    }
}
