// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What goes wrong, and when. */
final class Faults {
    private static final long LONGEST_GAP = 12_000_000;

    /** So many times as long, so that shards are often, and not always, on two servers again. */
    private static final long REPLICATION = 3;

    private static final long LONGEST_PAUSE = 30_000_000;
    private static final long LONGEST_NOTICE = 3_000_000;
    private static final long LOOK = 2_000_000;
    private static final long LONGEST_AFTERLIFE = 60_000_000;

    /** Steps moved by a successor alone, after which no server can mistake an older attempt for the newest. */
    private static final int STEPS_UNTIL_KNOWN = 3;

    private final Simulation simulation;
    private final SimulatedJob job;
    private final Set<Kind> happened = EnumSet.noneOf(Kind.class);
    private int copies;

    /** Kinds of faults. */
    enum Kind {
        /** A connection breaks, and what is on the way is lost. */
        BREAK,
        /** A process does nothing for a while. */
        PAUSE,
        /** A worker ends and is replaced. */
        CRASH_WORKER,
        /** A worker is replaced; a process of its attempt turns up later, with wrong gradients. */
        STRAY_WORKER,
        /** Two processes of one attempt do the same. */
        DUPLICATE_WORKER,
        /** A server ends. */
        CRASH_SERVER,
        /** The server that decides ends. */
        CRASH_COORDINATOR,
        /** With replicas: a server is taken for gone, and lives on for a while. */
        LOSE_SERVER
    }

    /** What can happen to a job with or without replicas. */
    static Set<Kind> kinds(boolean replicated) {
        return replicated ? EnumSet.allOf(Kind.class) : EnumSet.complementOf(EnumSet.of(Kind.LOSE_SERVER));
    }

    /** How often each kind happens, of 16. */
    private static final List<Kind> WEIGHTED = List.of(
            Kind.BREAK,
            Kind.BREAK,
            Kind.BREAK,
            Kind.BREAK,
            Kind.PAUSE,
            Kind.PAUSE,
            Kind.PAUSE,
            Kind.CRASH_WORKER,
            Kind.CRASH_WORKER,
            Kind.STRAY_WORKER,
            Kind.STRAY_WORKER,
            Kind.DUPLICATE_WORKER,
            Kind.DUPLICATE_WORKER,
            Kind.DUPLICATE_WORKER,
            Kind.CRASH_SERVER,
            Kind.CRASH_COORDINATOR);

    /** With replicas servers fare worse: of 8. */
    private static final List<Kind> WITH_REPLICAS = List.of(
            Kind.CRASH_SERVER,
            Kind.CRASH_SERVER,
            Kind.CRASH_COORDINATOR,
            Kind.LOSE_SERVER,
            Kind.BREAK,
            Kind.BREAK,
            Kind.PAUSE,
            Kind.CRASH_WORKER);

    Faults(Simulation simulation, SimulatedJob job) {
        this.simulation = simulation;
        this.job = job;
    }

    Set<Kind> happened() {
        return happened;
    }

    /** Plans {@code count} faults, one after the other. */
    void begin(int count) {
        if (count > 0) {
            long longest = simulation.schedule().replicated() ? REPLICATION * LONGEST_GAP : LONGEST_GAP;
            simulation.clock().after(simulation.random().nextLong(longest), () -> {
                happen(next());
                begin(count - 1);
            });
        }
    }

    private Kind next() {
        boolean ofServers =
                simulation.schedule().replicated() && simulation.random().nextBoolean();
        List<Kind> kinds = ofServers ? WITH_REPLICAS : WEIGHTED;
        return kinds.get(simulation.random().nextInt(kinds.size()));
    }

    private void happen(Kind kind) {
        if (job.isRestarting()) {
            return;
        }
        happened.add(kind);
        SimulatedWorker worker =
                job.worker(simulation.random().nextInt(simulation.schedule().workers()));
        SimulatedServer server =
                job.servers().get(simulation.random().nextInt(job.servers().size()));
        switch (kind) {
            case BREAK -> breakConnection();
            case PAUSE -> {
                SimulatedProcess process = simulation.random().nextBoolean() ? worker.process() : server.process();
                process.pause(simulation.random().nextLong(LONGEST_PAUSE));
            }
            case CRASH_WORKER -> job.kill(worker);
            case STRAY_WORKER -> {
                job.kill(worker);
                job.killCopies(worker.identity().index());
                awaitSuccessor(worker.identity());
            }
            case DUPLICATE_WORKER -> {
                if (!worker.process().isAlive()) {
                    return;
                }
                if (simulation.schedule().consistency().bySlices()) {
                    job.succeed(worker); // of one attempt, two processes would not compute the same
                } else {
                    job.copy(worker.identity(), ++copies).start();
                }
            }
            case CRASH_SERVER -> job.kill(server);
            case CRASH_COORDINATOR -> job.kill(job.servers().get(0));
            case LOSE_SERVER -> {
                simulation
                        .clock()
                        .after(
                                simulation.random().nextLong(LONGEST_AFTERLIFE),
                                () -> simulation
                                        .network()
                                        .kill(
                                                server.process(),
                                                simulation.random().nextLong(LONGEST_NOTICE)));
                job.lose(server);
            }
        }
    }

    private void breakConnection() {
        List<SimulatedConnection> connections = simulation.network().intact();
        if (!connections.isEmpty()) {
            simulation
                    .network()
                    .lose(
                            connections.get(simulation.random().nextInt(connections.size())),
                            simulation.random().nextLong(LONGEST_NOTICE));
        }
    }

    /** Lets the older attempt come back once all servers know the newer one. */
    private void awaitSuccessor(SimulatedWorker.Identity older) {
        simulation.clock().after(LOOK, () -> {
            SimulatedWorker now = job.worker(older.index());
            if (older.generation() != job.generation() || job.isRestarting()) {
                return;
            }
            if (now.identity().attempt() > older.attempt() && now.applied() >= STEPS_UNTIL_KNOWN) {
                SimulatedWorker stray = job.copy(older, ++copies);
                stray.spoil(1 + copies);
                stray.start();
            } else {
                awaitSuccessor(older);
            }
        });
    }
}
