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
 * @param consistency how far weights may lie behind
 */
public record SyncSettings(
        int logicalWorkers,
        DType gradientDtype,
        DType weightDtype,
        int maximumSkips,
        int chunkElements,
        Optimiser optimiser,
        TableSettings tables,
        Consistency consistency) {
    /** Settings of synchronous training. */
    public SyncSettings(
            int logicalWorkers,
            DType gradientDtype,
            DType weightDtype,
            int maximumSkips,
            int chunkElements,
            Optimiser optimiser,
            TableSettings tables) {
        this(
                logicalWorkers,
                gradientDtype,
                weightDtype,
                maximumSkips,
                chunkElements,
                optimiser,
                tables,
                Consistency.SYNC);
    }

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
                TableSettings.of(config),
                Consistency.of(config));
    }

    /** The same, with another consistency. */
    public SyncSettings with(Consistency other) {
        return new SyncSettings(
                logicalWorkers, gradientDtype, weightDtype, maximumSkips, chunkElements, optimiser, tables, other);
    }

    /**
     * The optimiser as shards run it. Slices that move the weights one by one are V times as many as steps: then all V of a step
     * have that step's learning rate.
     */
    public Optimiser shardOptimiser() {
        return consistency.bySlices() ? optimiser.stretched(logicalWorkers) : optimiser;
    }

    /** An empty shard of {@code range}, as the consistency needs it. */
    public ParameterShard shard(ParameterTable table, ShardRange range, TableShards sparse) {
        return consistency.bySlices()
                ? new SliceShard(table, range, logicalWorkers, shardOptimiser(), sparse)
                : new ParameterShard(table, range, logicalWorkers, shardOptimiser(), sparse);
    }

    /**
     * The coordinator of {@code servers} shards.
     *
     * @param scaler loss scale of the first step
     * @param step the first step
     */
    public Coordinator coordinator(ParameterTable table, int servers, LossScaler scaler, long step) {
        return consistency.bySlices()
                ? new SliceCoordinator(
                        logicalWorkers, SliceShard.voters(this, table, servers), maximumSkips, scaler, step)
                : new StepCoordinator(logicalWorkers, servers, maximumSkips, scaler, step);
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
