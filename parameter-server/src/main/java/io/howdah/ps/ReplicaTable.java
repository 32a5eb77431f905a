// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.Membership.Replica;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which server is the primary of which shard, and which its backup. Of S servers, server i has room for shard i and for a
 * second copy of shard i − 1 (modulo S). A pure state machine, owned by the one process that watches over the job: that no
 * two servers take themselves for the primary of one shard follows from there being one such table, and from steps waiting
 * for the backup that it names.
 */
public final class ReplicaTable {
    private final List<Places> shards = new ArrayList<>();
    private final @Nullable Ports[] ports;

    private record Ports(InetSocketAddress own, InetSocketAddress copy) {}

    /** A shard's servers; none is −1. */
    private static final class Places {
        private long epoch = 1;
        private int primary;
        private int backup;
        private boolean synced;

        Places(int primary, int backup) {
            this.primary = primary;
            this.backup = backup;
        }
    }

    /** @param servers S, at least 2 */
    public ReplicaTable(int servers) {
        if (servers < 2) {
            throw new IllegalArgumentException("Cannot replicate shards: servers=" + servers
                    + ", expected at least 2; use more servers or no replication");
        }
        for (int shard = 0; shard < servers; shard++) {
            shards.add(new Places(shard, (shard + 1) % servers));
        }
        ports = new Ports[servers];
    }

    /** The shard that server {@code server} of {@code servers} has a second copy of. */
    public static int copyOf(int server, int servers) {
        return (server + servers - 1) % servers;
    }

    /**
     * A server is there, in place of one that was lost or for the first time.
     *
     * @param own where its own shard listens
     * @param copy where its copy of another server's shard listens
     */
    public void joined(int server, InetSocketAddress own, InetSocketAddress copy) {
        ports[server] = new Ports(own, copy);
        for (int shard : new int[] {server, copyOf(server, ports.length)}) {
            Places places = shards.get(shard);
            if (places.backup < 0 && places.primary != server) {
                places.backup = server;
                places.synced = false;
                places.epoch++;
            }
        }
    }

    /** A backup has all that its primary has. */
    public void synced(int shard, long epoch) {
        Places places = shards.get(shard);
        if (places.epoch == epoch && places.backup >= 0) {
            places.synced = true;
        }
    }

    /** Whether every shard could lose its primary now. */
    public boolean isSafe() {
        return shards.stream().allMatch(places -> places.synced);
    }

    /**
     * A server is gone: backups take its shards over.
     *
     * @return the shards that nobody has any more; empty if the job can go on
     */
    public List<Integer> lost(int server) {
        List<Integer> gone = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            Places places = shards.get(shard);
            if (places.primary == server) {
                if (places.synced) {
                    places.primary = places.backup;
                } else {
                    gone.add(shard);
                }
            }
            if (places.primary == server || places.backup == server || places.primary == places.backup) {
                places.backup = -1;
                places.synced = false;
                places.epoch++;
            }
        }
        ports[server] = null;
        return gone;
    }

    /** What all processes are told. */
    public Membership membership() {
        List<Membership.Shard> told = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            Places places = shards.get(shard);
            told.add(new Membership.Shard(
                    places.epoch,
                    replica(shard, places.primary),
                    places.backup < 0 ? null : replica(shard, places.backup)));
        }
        return new Membership(told);
    }

    private Replica replica(int shard, int server) {
        Ports listening = ports[server];
        if (listening == null) {
            throw new IllegalStateException("Cannot tell where shard " + shard + " is: server " + server
                    + " is not there, expected all servers once and a primary for every shard; servers with ports: "
                    + Arrays.toString(ports));
        }
        return new Replica(server, server == shard ? listening.own : listening.copy);
    }
}
