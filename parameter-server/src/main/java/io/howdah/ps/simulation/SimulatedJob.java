// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.LostServer;
import io.howdah.ps.Membership;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes and puts new ones in the place of those that end, as an ApplicationMaster does. A lost server fails the
 * job, which goes on from the last committed snapshot with new processes of the next generation; the old ones may live on
 * for a while.
 */
final class SimulatedJob {
    private static final long LONGEST_NOTICE = 10_000_000;
    private static final long LONGEST_AFTERLIFE = 80_000_000;
    private static final int MOST_SERVERS = 3;

    private final Simulation simulation;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final List<SimulatedServer> everyServer = new ArrayList<>();
    private final Map<Integer, SimulatedWorker> current = new TreeMap<>();
    private final List<SimulatedWorker> all = new ArrayList<>();
    private final Set<Integer> done = new HashSet<>();
    private final Set<Integer> copied = new HashSet<>();
    private long generation;
    private boolean restarting;
    private @Nullable Failover failover;

    SimulatedJob(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Starts the first generation. */
    void start() {
        begin(simulation.schedule().servers());
    }

    private void begin(int count) {
        generation++;
        restarting = false;
        done.clear();
        copied.clear();
        servers.clear();
        simulation.begin(generation);
        for (int index = 0; index < count; index++) {
            servers.add(startServer(new SimulatedServer.Identity(generation, index, 0), count));
        }
        failover = simulation.schedule().replicated() ? new Failover(simulation, this, servers) : null;
        for (int index = 0; index < simulation.schedule().workers(); index++) {
            startWorker(new SimulatedWorker.Identity(generation, index, 0, 0));
        }
    }

    /** Starts a server's process. */
    SimulatedServer startServer(SimulatedServer.Identity identity, int count) {
        SimulatedServer server = new SimulatedServer(simulation, identity, count);
        everyServer.add(server);
        server.sessions().forEach(session -> {
            var unused = session.failure().thenAccept(reason -> failed(server, reason));
        });
        server.start(simulation.network());
        return server;
    }

    private void startWorker(SimulatedWorker.Identity identity) {
        SimulatedWorker worker = launch(identity);
        current.put(identity.index(), worker);
        worker.start();
    }

    private SimulatedWorker launch(SimulatedWorker.Identity identity) {
        Membership membership = failover == null ? null : failover.membership();
        List<InetSocketAddress> addresses = membership == null
                ? IntStream.range(0, servers.size())
                        .mapToObj(SimulatedServer::address)
                        .toList()
                : membership.primaries();
        SimulatedWorker worker = new SimulatedWorker(simulation, identity, addresses);
        if (membership != null) {
            worker.assign(membership);
        }
        all.add(worker);
        return worker;
    }

    long generation() {
        return generation;
    }

    boolean isFinished() {
        return done.size() == simulation.schedule().workers();
    }

    /** True while a lost server has not been followed by a new generation. */
    boolean isRestarting() {
        return restarting;
    }

    List<SimulatedServer> servers() {
        return servers;
    }

    /** The process that is worker {@code index} now. */
    SimulatedWorker worker(int index) {
        SimulatedWorker worker = current.get(index);
        if (worker == null) {
            throw new IllegalStateException("Cannot find worker: index=" + index);
        }
        return worker;
    }

    /** A worker has the last version. */
    void finished(SimulatedWorker worker) {
        if (worker == current.get(worker.identity().index())
                && worker.identity().generation() == generation) {
            done.add(worker.identity().index());
        }
    }

    /** Whether other processes do, or did, the work of a worker, which may then be left behind. */
    boolean hasCopies(SimulatedWorker worker) {
        return worker.identity().generation() < generation
                || copied.contains(worker.identity().index());
    }

    /** A worker's store has failed. */
    void failed(SimulatedWorker worker, String reason) {
        boolean isCurrent = worker == current.get(worker.identity().index())
                && worker.identity().generation() == generation;
        if (isCurrent && !hasCopies(worker) && !LostServer.isTold(reason)) {
            simulation.report(worker + " failed: " + reason);
        }
        kill(worker);
    }

    private void failed(SimulatedServer server, String reason) {
        if (server.identity().generation() == generation
                && server == servers.get(server.identity().index())) {
            if (!LostServer.isTold(reason)) {
                simulation.report("generation " + generation + " failed: " + reason);
            }
            restart();
        }
    }

    /** Ends a worker's process; if it was the current one, another takes its place. */
    void kill(SimulatedWorker worker) {
        simulation.network().kill(worker.process(), notice());
        SimulatedWorker.Identity gone = worker.identity();
        if (worker == current.get(gone.index()) && gone.generation() == generation && !done.contains(gone.index())) {
            simulation.clock().after(notice(), () -> {
                if (worker == current.get(gone.index()) && gone.generation() == generation && !restarting) {
                    startWorker(new SimulatedWorker.Identity(generation, gone.index(), gone.attempt() + 1, 0));
                }
            });
        }
    }

    /** Starts another process of an attempt; it ends after a while. */
    SimulatedWorker copy(SimulatedWorker.Identity original, int copy) {
        copied.add(original.index());
        SimulatedWorker worker =
                launch(new SimulatedWorker.Identity(original.generation(), original.index(), original.attempt(), copy));
        simulation.clock().after(simulation.random().nextLong(LONGEST_AFTERLIFE), () -> kill(worker));
        return worker;
    }

    /** Puts another process in the place of one that is taken for lost; that one lives on for a while. */
    void succeed(SimulatedWorker worker) {
        SimulatedWorker.Identity older = worker.identity();
        copied.add(older.index());
        startWorker(new SimulatedWorker.Identity(older.generation(), older.index(), older.attempt() + 1, 0));
        simulation.clock().after(simulation.random().nextLong(LONGEST_AFTERLIFE), () -> kill(worker));
    }

    /** Ends all processes that do a worker's work beside it. */
    void killCopies(int index) {
        for (SimulatedWorker worker : all) {
            if (worker.identity().index() == index && worker != current.get(index)) {
                kill(worker);
            }
        }
    }

    /** Ends a server's process, and with it the generation, unless another server has its shards too. */
    void kill(SimulatedServer server) {
        simulation.network().kill(server.process(), notice());
        if (failover == null) {
            restart();
        } else {
            simulation.clock().after(notice(), () -> lose(server));
        }
    }

    /** Takes a server for gone. */
    void lose(SimulatedServer server) {
        if (failover == null || server.identity().generation() != generation || restarting || isFinished()) {
            return;
        }
        if (!failover.lose(server)) {
            restart();
        }
    }

    private void restart() {
        if (restarting || isFinished()) {
            return;
        }
        restarting = true;
        simulation.clock().after(notice(), () -> {
            everyServer.forEach(server -> simulation.network().kill(server.process(), notice()));
            for (SimulatedWorker worker : all) {
                boolean livesOn = simulation.random().nextBoolean();
                simulation
                        .clock()
                        .after(livesOn ? simulation.random().nextLong(LONGEST_AFTERLIFE) : 0, () -> kill(worker));
            }
            int fewest = simulation.schedule().replicated() ? 2 : 1;
            begin(fewest + simulation.random().nextInt(MOST_SERVERS));
        });
    }

    private long notice() {
        return simulation.random().nextLong(LONGEST_NOTICE);
    }

    /** Gives back the memory of all processes. */
    void dispose() {
        all.forEach(SimulatedWorker::dispose);
    }
}
