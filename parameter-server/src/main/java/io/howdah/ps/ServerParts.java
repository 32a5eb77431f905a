// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.SliceShard;
import io.howdah.trainer.sync.SyncSettings;

/**
 * What a server is made of; tests put in parts that lack a rule.
 *
 * @param shards makes its shard
 * @param slices makes its shard where training is by slices
 * @param waitsForBackups whether steps wait until the shard's backup has what it needs for them
 */
public record ServerParts(ShardFactory shards, ShardFactory slices, boolean waitsForBackups) {
    /** With the real shard for training by slices. */
    public ServerParts(ShardFactory shards, boolean waitsForBackups) {
        this(shards, SliceShard::new, waitsForBackups);
    }

    /** What makes the shard of a job with {@code settings}. */
    ShardFactory shards(SyncSettings settings) {
        return settings.consistency().bySlices() ? slices : shards;
    }

    /** The same, with other shards for training by slices. */
    public ServerParts withSlices(ShardFactory others) {
        return new ServerParts(shards, others, waitsForBackups);
    }

    /** What servers run. */
    public static ServerParts production() {
        return new ServerParts(ParameterShard::new, true);
    }

    Backup backup(long epoch, int server) {
        return waitsForBackups
                ? new Backup(epoch, server)
                : new Backup(epoch, server) {
                    @Override
                    boolean isSummed(long step) {
                        return true;
                    }

                    @Override
                    boolean isAtVersion(long wanted) {
                        return true;
                    }
                };
    }
}
