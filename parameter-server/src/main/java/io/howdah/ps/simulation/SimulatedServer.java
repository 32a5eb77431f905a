// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.LostServer;
import io.howdah.ps.ServerPlace;
import io.howdah.ps.ServerSession;
import io.howdah.ps.SnapshotFiles;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.sync.SnapshotSource;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A server's process: the production session, on the virtual network. */
final class SimulatedServer {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerPlace place;
    private final SimulatedProcess process;
    private final ServerSession session;
    private final Endpoint endpoint;

    SimulatedServer(Simulation simulation, long generation, ServerPlace place, @Nullable SnapshotSource source) {
        this.place = place;
        this.process =
                new SimulatedProcess(simulation.clock(), "server " + place.index() + " of generation " + generation);
        Peer self = new Peer(Role.SERVER, place.index());
        var settings = simulation.connections(generation);
        SnapshotFiles files =
                new SnapshotFiles(place, simulation.blobs(), source, simulation.storageOf(process), process);
        this.session = new ServerSession(
                simulation.workload().settings(),
                place,
                files,
                settings.counters(),
                simulation.shards(generation, place));
        this.endpoint = new Endpoint(process, self, settings);
    }

    SimulatedProcess process() {
        return process;
    }

    ServerSession session() {
        return session;
    }

    static InetSocketAddress address(int server) {
        return InetSocketAddress.createUnresolved("server-" + server, 1);
    }

    void start(SimulatedNetwork network) {
        network.listen(address(place.index()), endpoint, session);
        if (place.index() != 0) {
            network.connect(
                    endpoint,
                    address(0),
                    PATIENCE,
                    session,
                    reason -> session.fail(LostServer.message("server 0", "server-0", reason)));
        }
    }
}
