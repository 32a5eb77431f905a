// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Steps of a {@link CostModel} in virtual time: the messages of the protocol by their sizes alone, on {@link NetworkCards}.
 * Where there are too many, neighbouring chunks travel as one message, and then several workers act as one that has the cards of
 * all of them and is as slow as the slowest.
 *
 * <p>A step: workers pull, which waits for the last step's update; compute; push during backward; servers add; the
 * coordinator decides when all workers and servers have reported; servers update their weights.
 */
public final class StepSimulation {
    private static final int CHUNK_ELEMENTS = 512 * 1024;
    /** With fewer per worker and server, the order in which they travel would show. */
    private static final int FEWEST_PIECES = 16;

    private static final int SMALL = 64;
    private static final int SQUARES = 640;
    private static final double NANOS = 1e9;
    private static final double BILLION = 1e9;
    private static final double FORWARD = 1.0 / 3;

    private final CostModel model;
    private final VirtualClock clock = new VirtualClock();
    private final NetworkCards cards;
    private final SplittableRandom random;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private final double hosts;
    private final int pieces;
    private final long pieceBytes;
    private final List<Long> decided = new ArrayList<>();
    private int reports;

    /**
     * @param servers S
     * @param messages most messages each way in a step
     * @param seed of the workers' times
     */
    public StepSimulation(CostModel model, int workers, int servers, int messages, long seed) {
        this.model = model;
        this.cards = new NetworkCards(clock, model.bytesPerSecond(), (long) (model.latencySeconds() * NANOS));
        this.random = new SplittableRandom(seed);
        int simulated = Math.max(1, Math.min(workers, messages / servers / FEWEST_PIECES));
        this.hosts = (double) workers / simulated;
        long share = (model.parameters() + servers - 1) / servers;
        long chunks = (share + CHUNK_ELEMENTS - 1) / CHUNK_ELEMENTS;
        this.pieces = (int) Math.max(1, Math.min(chunks * hosts, messages / ((double) servers * simulated)));
        this.pieceBytes = Math.round(model.wireBytes() * hosts / servers / pieces);
        for (int index = 0; index < servers; index++) {
            this.servers.add(new Server(index));
        }
        for (int index = 0; index < simulated; index++) {
            this.workers.add(new Worker(index));
        }
    }

    /**
     * What steps cost.
     *
     * @param seconds mean of a step, after the first
     * @param messages of gradients and weights in a step
     */
    public record Figures(double seconds, long messages) {}

    /** Runs {@code steps} steps after the first one. */
    public Figures run(int steps) {
        workers.forEach(worker -> worker.begin(0));
        while (decided.size() <= steps) {
            if (!clock.advance()) {
                throw new IllegalStateException("Cannot simulate step: step=" + decided.size()
                        + ", expected messages to be on their way; this is a defect of the simulator");
            }
        }
        double seconds = (decided.get(steps) - decided.get(0)) / NANOS / steps;
        return new Figures(seconds, 2L * workers.size() * servers.size() * pieces);
    }

    private final class Worker {
        private final int index;
        private final SimulatedProcess process;
        private final List<LinkModel.Lane> lanes = new ArrayList<>();
        private int missing;

        Worker(int index) {
            this.index = index;
            process = new SimulatedProcess(clock, "worker " + index);
            cards.give(process, hosts);
            servers.forEach(server -> {
                lanes.add(cards.lane(process, server.process));
                server.add(this);
            });
        }

        void begin(int step) {
            missing = servers.size() * pieces;
            for (int server = 0; server < lanes.size(); server++) {
                Server asked = servers.get(server);
                lanes.get(server).carry(SMALL, () -> asked.pull(this, step));
            }
        }

        void arrived() {
            missing--;
            if (missing == 0) {
                compute();
            }
        }

        private void compute() {
            double seconds = seconds();
            int count = servers.size() * pieces;
            for (int piece = 0; piece < count; piece++) {
                double ready = seconds * (FORWARD + (1 - FORWARD) * (piece + 1) / count);
                int server = (count - 1 - piece) / pieces; // the last layers' gradients are there first
                clock.after(
                        (long) (ready * NANOS),
                        () -> lanes.get(server).carry(pieceBytes, servers.get(server)::gradient));
            }
            clock.after((long) (seconds * NANOS), () -> lanes.get(0).carry(SMALL, StepSimulation.this::report));
        }
    }

    /** What a worker computes, or the slowest of those that act as one. */
    private double seconds() {
        CostModel.WorkerCompute compute = model.worker();
        double slowest = 0;
        for (int worker = 0; worker < hosts; worker++) {
            double seconds = compute.seconds();
            if (compute.sigma() > 0) {
                seconds *= StrictMath.exp(compute.sigma() * random.nextGaussian());
            }
            if (random.nextDouble() < compute.stragglerProbability()) {
                seconds *= compute.stragglerFactor();
            }
            slowest = Math.max(slowest, seconds);
        }
        return slowest;
    }

    private final class Server {
        private final int index;
        private final SimulatedProcess process;
        private final List<LinkModel.Lane> toWorkers = new ArrayList<>();
        private final List<Worker> parked = new ArrayList<>();
        private int version;
        private int missing;

        Server(int index) {
            this.index = index;
            process = new SimulatedProcess(clock, "server " + index);
        }

        void add(Worker worker) {
            toWorkers.add(cards.lane(process, worker.process));
            missing += pieces;
        }

        void pull(Worker worker, int step) {
            if (step <= version) {
                answer(List.of(worker));
            } else {
                parked.add(worker);
            }
        }

        /** Sends to all in turns. Servers begin with different workers, because shared cards prefer none. */
        private void answer(List<Worker> due) {
            int offset = (int) ((long) index * due.size() / servers.size());
            for (int piece = 0; piece < pieces; piece++) {
                for (int turn = 0; turn < due.size(); turn++) {
                    Worker worker = due.get((turn + offset) % due.size());
                    LinkModel.Lane lane = toWorkers.get(worker.index);
                    process.execute(cpu(model.cpu().send(), pieceBytes), () -> lane.carry(pieceBytes, worker::arrived));
                }
            }
        }

        void gradient() {
            process.execute(cpu(model.cpu().sum(), pieceBytes), () -> {
                missing--;
                if (missing == 0) {
                    cards.lane(process, servers.get(0).process).carry(SQUARES, StepSimulation.this::report);
                }
            });
        }

        void apply() {
            missing = workers.size() * pieces;
            double weights = (double) model.parameters() * Float.BYTES / servers.size();
            process.execute(cpu(model.cpu().update(), weights), () -> {
                version++;
                List<Worker> due = List.copyOf(parked);
                parked.clear();
                answer(due);
            });
        }

        /** Nanoseconds for {@code bytes} at {@code seconds} per 10⁹ of them. */
        private long cpu(double seconds, double bytes) {
            return (long) (seconds * bytes / BILLION * NANOS);
        }
    }

    /** A worker or a server has reported. */
    private void report() {
        reports++;
        if (reports == workers.size() + servers.size()) {
            reports = 0;
            decided.add(clock.nanoTime());
            int next = decided.size();
            Server first = servers.get(0);
            for (Server server : servers) {
                cards.lane(first.process, server.process).carry(SMALL, server::apply);
            }
            for (int index = 0; index < workers.size(); index++) {
                Worker worker = workers.get(index);
                first.toWorkers.get(index).carry(SMALL, () -> worker.begin(next));
            }
        }
    }
}
