// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.config.Config;

/**
 * When checkpoints are written, and which are kept.
 *
 * @param interval steps between checkpoints; 0 for none but the last
 * @param newest how many of the newest are kept; 0 for all
 * @param best what becomes of weights that evaluate better than all before
 */
public record CheckpointSettings(long interval, int newest, Best best) {
    /** Of weights that evaluate better than all before. */
    public enum Best {
        /** A checkpoint is written, and kept until a better one comes. */
        KEEP,
        /** Nothing is done. */
        IGNORE
    }

    /** One checkpoint at the end. */
    public static final CheckpointSettings AT_END = new CheckpointSettings(0, 0, Best.IGNORE);

    /** The settings that {@code config} describes. */
    public static CheckpointSettings of(Config config) {
        return new CheckpointSettings(
                config.get(TrainKeys.CHECKPOINT_INTERVAL),
                config.getInt(TrainKeys.KEEP_NEWEST),
                config.get(TrainKeys.KEEP_BEST) ? Best.KEEP : Best.IGNORE);
    }

    boolean isDue(long step) {
        return interval > 0 && step % interval == 0;
    }
}
