// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.config.Key;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.train.metric.Metrics;
import java.util.List;

/** Configuration of training. */
public final class TrainKeys {
    public static final Key<String> INPUT =
            Key.path("howdah.train.input", null, "Folder of the preprocessed dataset that is trained on.");

    public static final Key<String> OUTPUT =
            Key.path("howdah.train.output", null, "Folder that checkpoints are written to.");

    public static final Key<Long> STEPS =
            Key.integer("howdah.train.steps", 600L, 1, Long.MAX_VALUE, "steps", "Length of the training.");

    public static final Key<Long> EPOCHS = Key.integer(
            "howdah.train.epochs",
            0L,
            0,
            1_000_000_000,
            "epochs",
            "Length of the training in passes over the training data, rounded up to a whole step; 0 takes"
                    + " howdah.train.steps.");

    public static final Key<Long> BATCH_SIZE =
            Key.integer("howdah.train.batch.size", 32L, 1, 1_048_576, "rows", "Rows of a micro-batch.");

    public static final Key<Long> ACCUMULATION = Key.integer(
            "howdah.train.accumulation",
            1L,
            1,
            65_536,
            "micro-batches",
            "Micro-batches per step of each logical worker; the gradient is the mean over all their samples.");

    public static final Key<Long> SEED = Key.integer(
            "howdah.train.seed",
            1L,
            0,
            Long.MAX_VALUE,
            "",
            "Seed of the first weights and of the reading order; equal seeds give equal weights.");

    public static final Key<String> BACKEND = Key.choice(
            "howdah.kernel.backend",
            Backends.AUTO,
            Backends.names(),
            "Which kernels compute; auto takes the fastest that can be loaded.");

    public static final Key<Long> POOL_MIB = Key.integer(
            "howdah.memory.pool.mb",
            512L,
            16,
            1_048_576,
            "MiB",
            "Most memory that tensors of a local run may take; in a container its memory decides.");

    public static final Key<Long> CHECKPOINT_INTERVAL = Key.integer(
            "howdah.checkpoint.interval.steps",
            0L,
            0,
            Long.MAX_VALUE,
            "steps",
            "How often a checkpoint is written; 0 writes one at the end only.");

    public static final Key<Long> KEEP_NEWEST = Key.integer(
            "howdah.checkpoint.keep.newest",
            0L,
            0,
            Integer.MAX_VALUE,
            "checkpoints",
            "How many of the newest checkpoints are kept; older ones are deleted, except the best. 0 keeps all.");

    public static final Key<Boolean> KEEP_BEST = Key.flag(
            "howdah.checkpoint.keep.best",
            true,
            "Write a checkpoint whenever an evaluation during the training is better than all before, and keep the"
                    + " best.");

    public static final Key<Long> EVALUATION_INTERVAL = Key.integer(
            "howdah.evaluate.interval.steps",
            0L,
            0,
            Long.MAX_VALUE,
            "steps",
            "How often the held-out data is judged during the training; 0 judges it at the end only.");

    public static final Key<String> METRIC = Key.choice(
            "howdah.evaluate.metric",
            Metrics.LOSS,
            Metrics.names(),
            "Metric that decides which checkpoint is best and when to stop early; one that the model has.");

    public static final Key<Long> PATIENCE = Key.integer(
            "howdah.train.patience",
            0L,
            0,
            Long.MAX_VALUE,
            "evaluations",
            "Training ends early after this many evaluations in a row without an improvement; 0 never does.");

    public static final Key<Double> LEAST_IMPROVEMENT = Key.decimal(
            "howdah.train.least.improvement",
            0.0,
            0.0,
            Double.MAX_VALUE,
            "",
            "An evaluation is better than the best one only if it is so by more than this.");

    public static final Key<Boolean> ANOMALY = Key.flag(
            "howdah.train.anomaly",
            false,
            "Find the op that an infinity or NaN comes from, and the line that called it; training takes much longer.");

    public static final Key<Boolean> TENSORBOARD = Key.flag(
            "howdah.train.tensorboard",
            true,
            "Write a TensorBoard event file to _howdah/tensorboard below the output folder.");

    public static final Key<Boolean> RESUME = Key.flag(
            "howdah.train.resume", false, "Go on from the newest checkpoint in the output folder, if there is one.");

    public static final List<Key<?>> ALL = List.of(
            INPUT,
            OUTPUT,
            STEPS,
            EPOCHS,
            BATCH_SIZE,
            ACCUMULATION,
            SEED,
            BACKEND,
            POOL_MIB,
            CHECKPOINT_INTERVAL,
            KEEP_NEWEST,
            KEEP_BEST,
            EVALUATION_INTERVAL,
            METRIC,
            PATIENCE,
            LEAST_IMPROVEMENT,
            ANOMALY,
            TENSORBOARD,
            RESUME);

    private TrainKeys() {}
}
