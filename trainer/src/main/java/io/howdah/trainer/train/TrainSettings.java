// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.amp.AmpKeys;
import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.ConfigException;
import io.howdah.trainer.data.ReadOrder;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.ScheduleKeys;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.train.metric.Metrics;
import java.util.List;

/**
 * What one worker process needs to know for training.
 *
 * @param steps T, length of the training
 * @param batchRows rows of every micro-batch
 * @param accumulation k, micro-batches per step of each logical worker; the gradient is the mean over all their samples
 * @param seed seed of the reading order and of random ops
 * @param share the part of the global batch that this process computes
 * @param precision dtypes of computing and of the wire
 * @param learningRate rate of the applied steps, to be told; the parameter store has its own
 * @param checkpoints when checkpoints are written
 * @param evaluation when held-out data is judged
 * @param search whether to look for the op that an infinity or NaN comes from
 */
public record TrainSettings(
        long steps,
        int batchRows,
        int accumulation,
        long seed,
        WorkerShare share,
        Precision precision,
        LearningRate learningRate,
        CheckpointSettings checkpoints,
        EvaluationSettings evaluation,
        AnomalySearch search) {
    /** Whether to look for the op that an infinity or NaN comes from. */
    public enum AnomalySearch {
        OFF,
        /** Every op is checked, which takes much longer. */
        ON
    }

    /**
     * What the processes of a training agree on about the parameter store.
     *
     * @param workers number of worker processes
     * @throws ConfigException if evaluations are to decide the learning rate, and there are none
     */
    public static SyncSettings sync(Config config, int workers) {
        SyncSettings sync = SyncSettings.of(
                config, workers, config.get(TrainKeys.STEPS), Metrics.better(config.get(TrainKeys.METRIC)));
        if (sync.optimiser().learningRate().plateau() != null && config.get(TrainKeys.EVALUATION_INTERVAL) == 0) {
            throw new ConfigException("Cannot read configuration: " + ScheduleKeys.NAME.name() + "="
                    + config.get(ScheduleKeys.NAME) + " and " + TrainKeys.EVALUATION_INTERVAL.name()
                    + "=0, expected evaluations during the training, which decide that learning rate; set "
                    + TrainKeys.EVALUATION_INTERVAL.name());
        }
        return sync;
    }

    /** The settings of a process that was given {@code ownWorkers}. */
    public static TrainSettings of(Config config, SyncSettings sync, List<Integer> ownWorkers, int attempt) {
        return new TrainSettings(
                config.get(TrainKeys.STEPS),
                config.getInt(TrainKeys.BATCH_SIZE),
                config.getInt(TrainKeys.ACCUMULATION),
                config.get(TrainKeys.SEED),
                new WorkerShare(sync.logicalWorkers(), ownWorkers, attempt, sync.consistency()),
                Precision.of(sync, DType.named(config.get(AmpKeys.DTYPE))),
                sync.optimiser().learningRate(),
                CheckpointSettings.of(config),
                EvaluationSettings.of(config),
                config.get(TrainKeys.ANOMALY) ? AnomalySearch.ON : AnomalySearch.OFF);
    }

    /**
     * Length of the training that {@code config} describes, in steps: {@link TrainKeys#STEPS}; or, of E epochs over N
     * examples with V logical workers, k micro-batches and B rows, ⌈E·N/(V·k·B)⌉.
     */
    public static long steps(Config config, int logicalWorkers, long examples) {
        long epochs = config.get(TrainKeys.EPOCHS);
        if (epochs == 0) {
            return config.get(TrainKeys.STEPS);
        }
        long perStep = Math.multiplyExact(
                config.get(TrainKeys.BATCH_SIZE) * config.get(TrainKeys.ACCUMULATION), (long) logicalWorkers);
        return Math.max(1, (Math.multiplyExact(epochs, examples) + perStep - 1) / perStep);
    }

    /** Examples per step of each logical worker. */
    long examplesPerStep() {
        return (long) batchRows * accumulation;
    }

    /** Whether this process brings the first weights and writes the checkpoints. */
    public boolean leads() {
        return share.leads();
    }

    /**
     * Whether all logical workers come together before {@code step}, whatever the consistency, because the leading process may
     * judge or save the weights there. The same for all processes.
     */
    boolean isBoundary(long step) {
        return evaluation.isDue(step) || checkpoints.isDue(step);
    }

    /** How far the weights of a step may lie behind. */
    Consistency consistency() {
        return share.consistency();
    }

    /** The oldest version that step {@code step} may be computed with. */
    long minimumVersion(long step) {
        return isBoundary(step) ? step : consistency().minimumVersion(step);
    }

    /** In which order logical worker {@code worker} reads. */
    ReadOrder order(int worker) {
        return new ReadOrder(seed, ReadOrder.Mode.SHUFFLED, worker, share.logicalWorkers());
    }
}
