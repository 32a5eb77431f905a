// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * Which server keeps which rows of the sparse tables: an id belongs to one of {@link #VIRTUAL_SHARDS} virtual shards by its
 * hash, a virtual shard to the server with the highest hash of both numbers. A pure function of the number of servers: another
 * server takes over its share of the virtual shards, the others stay where they are.
 *
 * <p>Source: Thaler and Ravishankar, “A Name-Based Mapping Scheme for Rendezvous”, 1996.
 */
public final class Placement {
    /** Virtual shards of a table. */
    public static final int VIRTUAL_SHARDS = 1 << Placement.SHARD_BITS;

    private static final int SHARD_BITS = 10;

    private final int servers;
    private final int[] owners = new int[VIRTUAL_SHARDS];

    /** @param servers S, at least 1 */
    public Placement(int servers) {
        if (servers < 1) {
            throw new IllegalArgumentException(
                    "Cannot place rows: servers=" + servers + ", expected at least 1; start a parameter server");
        }
        this.servers = servers;
        for (int shard = 0; shard < VIRTUAL_SHARDS; shard++) {
            owners[shard] = owner(shard, servers);
        }
    }

    private static int owner(int shard, int servers) {
        int best = 0;
        for (int server = 1; server < servers; server++) {
            if (Long.compareUnsigned(weight(shard, server), weight(shard, best)) > 0) {
                best = server;
            }
        }
        return best;
    }

    private static long weight(int shard, int server) {
        return IdHash.mix(IdHash.mix(server) + shard);
    }

    /** S. */
    public int servers() {
        return servers;
    }

    /** The virtual shard of a row: the highest bits of the id's hash. */
    public static int shard(long id) {
        return (int) (IdHash.mix(id) >>> (Long.SIZE - SHARD_BITS));
    }

    /** The server that keeps a row. */
    public int server(long id) {
        return owners[shard(id)];
    }

    /** The server that keeps a virtual shard. */
    public int owner(int shard) {
        return owners[shard];
    }

    /** Share of the virtual shards, and so nearly of the rows, that the server with most of them keeps. */
    public double largestShare() {
        int[] counts = new int[servers];
        int most = 0;
        for (int owner : owners) {
            counts[owner]++;
            most = Math.max(most, counts[owner]);
        }
        return (double) most / VIRTUAL_SHARDS;
    }
}
