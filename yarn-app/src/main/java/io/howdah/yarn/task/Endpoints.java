// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.Membership;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.Replica;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Addresses of the parameter servers. */
final class Endpoints {
    /** How long a task tries to reach a server that has already registered. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    private Endpoints() {}

    /** Where the shards are, of a job that keeps each twice. */
    static Membership membership(Assignment assignment) {
        return new Membership(assignment.getShardsList().stream()
                .map(shard -> new Membership.Shard(
                        shard.getEpoch(),
                        replica(shard.getPrimary()),
                        shard.hasBackup() ? replica(shard.getBackup()) : null))
                .toList());
    }

    private static Membership.Replica replica(Replica replica) {
        return new Membership.Replica(
                replica.getServer(),
                new InetSocketAddress(
                        replica.getEndpoint().getHost(), replica.getEndpoint().getPort()));
    }

    static List<InetSocketAddress> of(Assignment assignment) {
        return assignment.getServersList().stream()
                .map(server -> new InetSocketAddress(server.getHost(), server.getPort()))
                .toList();
    }
}
