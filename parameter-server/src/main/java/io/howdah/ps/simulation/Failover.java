// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.Membership;
import io.howdah.ps.ReplicaTable;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one generation whose shards are replicated: what a lost one is followed by, as an ApplicationMaster does it.
 * All servers hear of a change, and only then the workers.
 */
final class Failover {
    private static final long LOOK = 1_000_000;
    private static final long LONGEST_NOTICE = 2_000_000;
    private static final long LONGEST_START = 8_000_000;

    private final Simulation simulation;
    private final SimulatedJob job;
    private final long generation;
    private final List<SimulatedServer> servers;
    private final ReplicaTable table;
    private final Set<Integer> lost = new HashSet<>();
    private @Nullable Membership toldToWorkers;
    private int changes;

    /** @param servers the processes of all servers, in order */
    Failover(Simulation simulation, SimulatedJob job, List<SimulatedServer> servers) {
        this.simulation = simulation;
        this.job = job;
        this.generation = job.generation();
        this.servers = servers;
        this.table = new ReplicaTable(servers.size());
        servers.forEach(server -> server.join(table));
        toldToWorkers = table.membership();
        tellServers();
        look();
    }

    private boolean isOver() {
        return job.generation() != generation || job.isRestarting() || job.isFinished();
    }

    /** What workers know. */
    Membership membership() {
        return toldToWorkers == null ? table.membership() : toldToWorkers;
    }

    private void look() {
        simulation.clock().after(LOOK, () -> {
            if (!isOver()) {
                for (SimulatedServer server : servers) {
                    if (server.process().isAlive()
                            && !lost.contains(server.identity().index())) {
                        server.reportBackups(table);
                    }
                }
                look();
            }
        });
    }

    /** A server is gone, or taken for it; returns false if a shard is gone with it. */
    boolean lose(SimulatedServer server) {
        int index = server.identity().index();
        if (servers.get(index) != server || !lost.add(index)) {
            return true;
        }
        if (!table.lost(index).isEmpty()) {
            return false;
        }
        tellServers();
        simulation.clock().after(simulation.random().nextLong(LONGEST_START), () -> {
            if (!isOver()) {
                replace(server.identity());
            }
        });
        return true;
    }

    private void replace(SimulatedServer.Identity gone) {
        SimulatedServer server = job.startServer(
                new SimulatedServer.Identity(generation, gone.index(), gone.attempt() + 1), servers.size());
        servers.set(gone.index(), server);
        lost.remove(gone.index());
        server.join(table);
        tellServers();
    }

    private void tellServers() {
        Membership membership = table.membership();
        changes++;
        int change = changes;
        Set<SimulatedServer> awaited = new LinkedHashSet<>(servers);
        awaited.removeIf(server -> lost.contains(server.identity().index()));
        for (SimulatedServer server : List.copyOf(awaited)) {
            simulation.clock().after(notice(), () -> {
                server.assign(membership);
                server.process()
                        .execute(() -> simulation.clock().after(notice(), () -> {
                            awaited.remove(server);
                            if (awaited.isEmpty() && change == changes && !isOver()) {
                                tellWorkers(membership);
                            }
                        }));
            });
        }
    }

    private void tellWorkers(Membership membership) {
        toldToWorkers = membership;
        for (int index = 0; index < simulation.schedule().workers(); index++) {
            SimulatedWorker worker = job.worker(index);
            simulation.clock().after(notice(), () -> worker.assign(membership));
        }
    }

    private long notice() {
        return simulation.random().nextLong(LONGEST_NOTICE);
    }
}
