// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.config.Key;
import io.howdah.trainer.kernel.Backends;
import java.util.List;

/** Configuration of training. */
public final class TrainKeys {
    public static final Key<String> INPUT =
            Key.path("howdah.train.input", null, "Folder of the preprocessed dataset that is trained on.");

    public static final Key<String> OUTPUT =
            Key.path("howdah.train.output", null, "Folder that checkpoints are written to.");

    public static final Key<Long> STEPS =
            Key.integer("howdah.train.steps", 600L, 1, Long.MAX_VALUE, "steps", "Length of the training.");

    public static final Key<Long> BATCH_SIZE =
            Key.integer("howdah.train.batch.size", 32L, 1, 1_048_576, "rows", "Rows per step of each logical worker.");

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

    public static final Key<Boolean> RESUME = Key.flag(
            "howdah.train.resume", false, "Go on from the newest checkpoint in the output folder, if there is one.");

    public static final List<Key<?>> ALL =
            List.of(INPUT, OUTPUT, STEPS, BATCH_SIZE, SEED, BACKEND, POOL_MIB, CHECKPOINT_INTERVAL, RESUME);

    private TrainKeys() {}
}
