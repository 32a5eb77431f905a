// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.nn.functional.NormalisationFunctions;
import io.howdah.trainer.nn.functional.NormalisationFunctions.BatchRule;
import io.howdah.trainer.ops.BatchNorms;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Normalisations of {@link LayerTable}. */
final class NormLayers {
    private static final BatchNormSettings PLAIN = BatchNormSettings.DEFAULT;

    private NormLayers() {}

    static List<LayerCase> all() {
        Shape image = Shape.of(3, 4);
        Shape row = Shape.of(6);
        BatchNormSettings bare = PLAIN.withAffine(Affine.NONE).withStatistics(BatchNormSettings.Statistics.BATCH);
        return List.of(
                LayerCase.of("batch_norm1d", random -> new BatchNorm1d(4), batchNorm(PLAIN)),
                LayerCase.of(
                        "batch_norm1d_sequence", random -> new BatchNorm1d(4, averaging()), batchNorm(averaging())),
                LayerCase.of(
                        "batch_norm2d",
                        random -> new BatchNorm2d(3, PLAIN.withMomentum(0.3)),
                        batchNorm(PLAIN.withMomentum(0.3))),
                LayerCase.of("batch_norm2d_plain", random -> new BatchNorm2d(3, bare), batchNorm(bare)),
                LayerCase.of(
                        "layer_norm",
                        random -> new LayerNorm(6),
                        (state, x, mode) ->
                                NormalisationFunctions.layerNorm(x, row, state.get("weight"), state.get("bias"), 1e-5)),
                LayerCase.of(
                        "layer_norm_options",
                        random -> new LayerNorm(image, 1e-3, Affine.WEIGHT),
                        (state, x, mode) ->
                                NormalisationFunctions.layerNorm(x, image, state.get("weight"), null, 1e-3)),
                LayerCase.of(
                        "rms_norm",
                        random -> new RmsNorm(6, 1e-5),
                        (state, x, mode) -> NormalisationFunctions.rmsNorm(x, row, state.get("weight"), 1e-5)),
                LayerCase.of(
                        "group_norm",
                        random -> new GroupNorm(2, 6),
                        (state, x, mode) -> NormalisationFunctions.groupNorm(x, 2, parameters(state), 1e-5)));
    }

    private static BatchNormSettings averaging() {
        return PLAIN.withEpsilon(1e-3).withMomentum(null);
    }

    private static BatchNorms.Parameters parameters(Map<String, Tensor> state) {
        return new BatchNorms.Parameters(state.get("weight"), state.get("bias"));
    }

    /** Without a momentum the average of the batches before and this one. */
    private static LayerCase.Stateless batchNorm(BatchNormSettings settings) {
        return (state, x, mode) -> {
            Tensor mean = state.get("running_mean");
            Tensor variance = state.get("running_var");
            BatchNorms.RunningMoments running =
                    mean == null || variance == null ? null : new BatchNorms.RunningMoments(mean, variance);
            Tensor batches = state.get("num_batches_tracked");
            Double fixed = settings.momentum();
            double momentum = fixed != null ? fixed : batches == null ? 0 : 1.0 / (batches.toLongs()[0] + 1);
            return NormalisationFunctions.batchNorm(
                    x, running, parameters(state), mode, new BatchRule(momentum, settings.epsilon()));
        };
    }
}
