// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.Membership;
import io.howdah.ps.ReplicaTable;
import io.howdah.ps.ServerNetwork;
import io.howdah.ps.ServerPlace;
import io.howdah.ps.ServerSession;
import io.howdah.ps.SnapshotFiles;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server's process: the production session of its shard, and where shards are replicated of another's too. */
final class SimulatedServer {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Identity identity;
    private final SimulatedProcess process;
    private final Endpoint endpoint;
    private final List<Replica> replicas = new ArrayList<>();

    /** Which server of which generation, and its how manyeth process. */
    record Identity(long generation, int index, int attempt) {}

    private record Replica(int shard, InetSocketAddress address, ServerSession session) {}

    /** @param servers how many there are */
    SimulatedServer(Simulation simulation, Identity identity, int servers) {
        this.identity = identity;
        this.process = new SimulatedProcess(
                simulation.clock(),
                "server " + identity.index + " of generation " + identity.generation
                        + (identity.attempt == 0 ? "" : " attempt " + identity.attempt));
        this.endpoint = new Endpoint(
                process, new Peer(Role.SERVER, identity.index), simulation.connections(identity.generation));
        add(simulation, new ServerPlace(identity.index, servers), address(identity.index, identity.attempt));
        if (simulation.schedule().replicated()) {
            int copied = ReplicaTable.copyOf(identity.index, servers);
            InetSocketAddress address =
                    InetSocketAddress.createUnresolved("server-" + identity.index + "-copy", 1 + identity.attempt);
            add(simulation, new ServerPlace(copied, servers), address);
        }
    }

    private void add(Simulation simulation, ServerPlace place, InetSocketAddress address) {
        SnapshotFiles files = new SnapshotFiles(
                place,
                simulation.blobs(),
                simulation.snapshot(),
                simulation.storageOf(process),
                process,
                simulation.transfers());
        ServerNetwork network = new ServerNetwork(
                simulation.timerOf(process),
                (target, timeout, listener, failed) ->
                        simulation.network().connect(endpoint, target, timeout, listener, failed),
                PATIENCE);
        ServerSession session = new ServerSession(
                simulation.workload().settings(),
                place,
                files,
                endpoint.settings().counters(),
                network,
                simulation.parts(identity.generation, place));
        if (simulation.schedule().replicated()) {
            session.replicate();
        }
        replicas.add(new Replica(place.index(), address, session));
    }

    Identity identity() {
        return identity;
    }

    SimulatedProcess process() {
        return process;
    }

    List<ServerSession> sessions() {
        return replicas.stream().map(Replica::session).toList();
    }

    /** Where the first process of a server listens, in every generation. */
    static InetSocketAddress address(int server) {
        return address(server, 0);
    }

    private static InetSocketAddress address(int server, int attempt) {
        return InetSocketAddress.createUnresolved("server-" + server, 1 + attempt);
    }

    void start(SimulatedNetwork network) {
        replicas.forEach(replica -> network.listen(replica.address, endpoint, replica.session));
        if (replicas.size() == 1 && identity.index != 0) {
            replicas.get(0).session.connect(address(0), PATIENCE);
        }
    }

    /** Tells the table of replicas that this server is there. */
    void join(ReplicaTable table) {
        table.joined(identity.index, replicas.get(0).address, replicas.get(1).address);
    }

    /** Hears where the shards are. */
    void assign(Membership membership) {
        process.execute(() -> replicas.forEach(replica -> replica.session.assign(membership, identity.index)));
    }

    /** Tells the table of replicas which of its backups have what they need. */
    void reportBackups(ReplicaTable table) {
        for (Replica replica : replicas) {
            long epoch = replica.session.followedEpoch();
            if (epoch >= 0) {
                table.synced(replica.shard, epoch);
            }
        }
    }
}
