// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the shards are: what the one process that watches over the job tells all servers, and then the workers.
 *
 * @param shards by number
 */
public record Membership(List<Shard> shards) {
    public Membership {
        shards = List.copyOf(shards);
    }

    /**
     * A shard's replicas.
     *
     * @param epoch counts the changes of this shard's replicas
     * @param primary answers workers
     * @param backup holds the shard a second time; null while there is no such server
     */
    public record Shard(
            long epoch, Replica primary, @Nullable Replica backup) {}

    /**
     * A shard on a server.
     *
     * @param server index of the server's process
     * @param address where the replica listens
     */
    public record Replica(int server, InetSocketAddress address) {}

    /** Whether {@code other} is of a later change: no epoch ever goes back. */
    public boolean isOlderThan(Membership other) {
        for (int shard = 0; shard < shards.size(); shard++) {
            if (shards.get(shard).epoch < other.shards.get(shard).epoch) {
                return true;
            }
        }
        return false;
    }

    /** Where workers find the shards. */
    public List<InetSocketAddress> primaries() {
        return shards.stream().map(shard -> shard.primary().address()).toList();
    }
}
