// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.sync.ParameterShard;

/**
 * What a server is made of; tests put in parts that lack a rule.
 *
 * @param shards makes its shard
 * @param waitsForBackups whether steps wait until the shard's backup has what it needs for them
 */
public record ServerParts(ShardFactory shards, boolean waitsForBackups) {
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
