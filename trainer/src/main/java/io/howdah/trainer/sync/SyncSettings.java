// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.optim.Better;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.TensorRule;
import io.howdah.trainer.tensor.DType;
import java.util.List;

/**
 * What all processes of a job agree on about the parameter store.
 *
 * @param logicalWorkers V, the slices of the global batch
 * @param gradientDtype wire dtype of gradients
 * @param weightDtype wire dtype of weights
 * @param maximumSkips steps skipped in a row that end the job
 * @param chunkElements elements of a chunk, a multiple of {@link ParameterTable#BLOCK_ELEMENTS}
 * @param optimiser what moves the weights
 * @param tables how the rows of sparse tables are trained and kept
 */
public record SyncSettings(
        int logicalWorkers,
        DType gradientDtype,
        DType weightDtype,
        int maximumSkips,
        int chunkElements,
        Optimiser optimiser,
        TableSettings tables) {
    /** Settings with {@link TableSettings#DEFAULT}. */
    public SyncSettings(
            int logicalWorkers,
            DType gradientDtype,
            DType weightDtype,
            int maximumSkips,
            int chunkElements,
            Optimiser optimiser) {
        this(logicalWorkers, gradientDtype, weightDtype, maximumSkips, chunkElements, optimiser, TableSettings.DEFAULT);
    }

    /**
     * The settings that {@code config} describes.
     *
     * @param workers number of worker processes, which is V unless the configuration says otherwise
     * @param totalSteps steps of the whole training
     * @param better which evaluations are better, for the learning rate that they decide
     */
    public static SyncSettings of(Config config, int workers, long totalSteps, Better better) {
        int logical = config.getInt(SyncKeys.LOGICAL_WORKERS);
        int block = ParameterTable.BLOCK_ELEMENTS;
        return new SyncSettings(
                logical == 0 ? workers : logical,
                DType.named(config.get(SyncKeys.GRADIENT_DTYPE)),
                DType.named(config.get(SyncKeys.WEIGHT_DTYPE)),
                config.getInt(SyncKeys.MAX_SKIPPED_STEPS),
                (config.getInt(SyncKeys.CHUNK_ELEMENTS) + block - 1) / block * block,
                Optimiser.of(config, totalSteps, better),
                TableSettings.of(config));
    }

    /** Loss scale of a training that starts at step 0. */
    public LossScaler initialScaler() {
        return LossScaler.forWire(gradientDtype);
    }

    /**
     * The ranges of all servers, in order. A rule that needs whole tensors gets them: then ranges end with parameters.
     */
    public List<ShardRange> ranges(ParameterTable table, int servers) {
        return optimiser.rule() instanceof TensorRule
                ? ShardRange.cutAtParameters(table, servers, chunkElements)
                : ShardRange.cut(table, servers, chunkElements);
    }
}
