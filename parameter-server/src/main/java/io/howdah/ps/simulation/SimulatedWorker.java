// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.ClientSession;
import io.howdah.ps.Membership;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.SliceTerms;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A worker's process: the production session, and a training loop whose computation is made up. */
final class SimulatedWorker {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PAUSE = 5_000_000;
    private static final int MOST_DOUBLINGS = 7;

    private final Simulation simulation;
    private final Identity identity;
    private final int servers;
    private final SimulatedProcess process;
    private final ClientSession session;
    private final Endpoint endpoint;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Integer> own;
    private long spoilt;
    private int applied;
    private int decided;
    private long known;
    private boolean ended;

    /** Which worker of which generation; {@code copy} tells processes of one attempt apart. */
    record Identity(long generation, int index, int attempt, int copy) {}

    SimulatedWorker(Simulation simulation, Identity identity, List<InetSocketAddress> servers) {
        this.simulation = simulation;
        this.identity = identity;
        this.servers = servers.size();
        this.process = new SimulatedProcess(simulation.clock(), identity.toString());
        this.endpoint = new Endpoint(
                process, new Peer(Role.WORKER, identity.index), simulation.connections(identity.generation));
        this.session = new ClientSession(
                simulation.workload().settings(),
                servers,
                (server, losses) -> simulation
                        .clock()
                        .after(
                                losses <= 1 ? 0 : PAUSE << Math.min(losses, MOST_DOUBLINGS),
                                () -> process.execute(() -> connect(server))));
        int workers = simulation.schedule().workers();
        this.own = IntStream.range(0, simulation.workload().settings().logicalWorkers())
                .filter(logical -> logical % workers == identity.index)
                .boxed()
                .toList();
        simulation
                .workload()
                .table()
                .specs()
                .forEach(spec -> weights.add(
                        Tensor.zeros(simulation.workload().settings().weightDtype(), spec.shape())
                                .keep()));
    }

    Identity identity() {
        return identity;
    }

    SimulatedProcess process() {
        return process;
    }

    /** Steps that moved the weights since this process began, all with its own contribution. */
    int applied() {
        return applied;
    }

    /** From now on computes something wrong, as {@code key} says. */
    void spoil(long key) {
        spoilt = key;
    }

    /** Gives memory back. */
    void dispose() {
        weights.forEach(Tensor::close);
    }

    /** Hears where the shards are. */
    void assign(Membership membership) {
        process.execute(() -> session.assign(membership));
    }

    void start() {
        for (int server = 0; server < servers; server++) {
            connect(server);
        }
        List<Tensor> initial = identity.index == 0 ? simulation.initialWeights() : null;
        this.<Long>call(future -> session.initialise(simulation.workload().table(), initial, future), version -> {
            if (isBySlices()) {
                askForSteps();
            } else {
                begin(version);
            }
        });
    }

    private boolean isBySlices() {
        return simulation.schedule().consistency().bySlices();
    }

    /** Begins where the own logical worker that is least far goes on. */
    private void askForSteps() {
        long[] least = {Long.MAX_VALUE, own.size()};
        for (int logicalWorker : own) {
            this.<Long>call(future -> session.nextStep(logicalWorker, future), step -> {
                least[0] = Math.min(least[0], step);
                least[1]--;
                if (least[1] == 0) {
                    begin(least[0]);
                }
            });
        }
    }

    /** Slices that this process knows to be decided. */
    long known() {
        return known;
    }

    private void connect(int server) {
        ClientSession.Attempt attempt = session.attempt(server);
        simulation.network().connect(endpoint, session.address(server), PATIENCE, attempt, attempt::failed);
    }

    private <T> void call(Consumer<CompletableFuture<T>> request, Consumer<T> then) {
        CompletableFuture<T> future = new CompletableFuture<>();
        var unused = future.whenComplete((result, problem) -> {
            if (problem == null) {
                then.accept(result);
            } else {
                fail(problem);
            }
        });
        session.run(future, request);
    }

    private void fail(Throwable problem) {
        if (!ended) {
            ended = true;
            simulation.failed(this, String.valueOf(problem.getMessage()));
        }
    }

    /** Begins step {@code step} at its boundary, where a snapshot may be due. */
    private void begin(long step) {
        if (own.contains(0) && spoilt == 0 && simulation.isSnapshotDue(step)) {
            String set = simulation.setName(step);
            CompletableFuture<List<BlobInfo>> written = new CompletableFuture<>();
            var unused = written.whenComplete((blobs, problem) -> {
                if (problem == null) {
                    simulation.commit(set, blobs);
                }
                pull(step); // a copy of this process may have gone on already: then there is no such snapshot any more
            });
            session.run(written, future -> session.snapshot(step, set, future));
        } else {
            pull(step);
        }
    }

    private void pull(long step) {
        if (ended) {
            return;
        }
        List<Integer> parameters =
                new ArrayList<>(IntStream.range(0, weights.size()).boxed().toList());
        Collections.shuffle(parameters, new Random(simulation.random().nextLong()));
        long[] versions = {step, parameters.size()};
        for (int parameter : parameters) {
            long minimum = simulation.minimumVersion(step);
            this.<Long>call(future -> session.pull(parameter, minimum, weights.get(parameter), future), version -> {
                versions[0] = isBySlices() ? step : Math.max(versions[0], version);
                versions[1]--;
                if (versions[1] == 0) {
                    pulled(step, versions[0]);
                }
            });
        }
    }

    /** Goes on from what was pulled; where others did this process's work meanwhile, from what is newest. */
    private void pulled(long step, long newest) {
        if (newest > step) {
            pull(newest);
            return;
        }
        float[] values = new float[(int) simulation.workload().table().elements()];
        for (int parameter = 0; parameter < weights.size(); parameter++) {
            Tensor tensor = weights.get(parameter);
            Workload.read(tensor.dtype(), tensor.buffer(), values, (int)
                    simulation.workload().table().offset(parameter));
        }
        if (identity.attempt == 0 || decided > 0 || isBySlices()) {
            simulation.check(this, step, values); // before that, a predecessor may have ended the step meanwhile
        }
        if (step == simulation.schedule().steps()) {
            ended = true;
            simulation.finished(this);
        } else {
            long[] open = {own.size()};
            compute(step, values, session.lossScale(), 0, open);
        }
    }

    private void compute(long step, float[] values, float scale, int next, long[] open) {
        if (next == own.size() || ended) {
            return;
        }
        simulation
                .clock()
                .after(
                        simulation.computation(),
                        () -> process.execute(() -> {
                            contribute(step, own.get(next), values, scale, open);
                            compute(step, values, scale, next + 1, open);
                        }));
    }

    private void contribute(long step, int logicalWorker, float[] values, float scale, long[] open) {
        Workload.Slice slice = simulation.workload().slice(step, logicalWorker, values, scale, spoilt);
        List<Integer> parameters =
                new ArrayList<>(IntStream.range(0, weights.size()).boxed().toList());
        Collections.shuffle(parameters, new Random(simulation.random().nextLong()));
        DType dtype = simulation.workload().settings().gradientDtype();
        int pushes = slice.finite() ? parameters.size() : simulation.random().nextInt(parameters.size() + 1);
        for (int parameter : parameters.subList(0, pushes)) {
            Push push = new Push(step, logicalWorker, identity.attempt, parameter, slice.samples(), scale);
            int from = (int) simulation.workload().table().offset(parameter) * dtype.bytes();
            int to = (int) simulation.workload().table().offset(parameter + 1) * dtype.bytes();
            ByteBuffer gradient = slice.gradient().slice(from, to - from);
            this.<Void>call(future -> session.push(push, dtype, gradient, future), done -> {});
        }
        simulation.contributed(this, logicalWorker, step, new SliceRecord.Contributed(slice, scale));
        SliceTerms terms = isBySlices() ? new SliceTerms(scale, simulation.isBoundary(step)) : SliceTerms.NONE;
        StepReport report = new StepReport(
                step,
                logicalWorker,
                identity.attempt,
                slice.samples(),
                slice.lossSum(),
                slice.finite(),
                Double.NaN,
                terms);
        this.<StepOutcome>call(future -> session.finish(report, future), outcome -> {
            open[0]--;
            heard(outcome);
            if (open[0] == 0) {
                decided(outcome);
            }
        });
    }

    private void heard(StepOutcome outcome) {
        SliceTurn turn = outcome.slice();
        if (turn != null) {
            known = Math.max(known, turn.sequence() + 1);
        }
        simulation.check(this, outcome);
    }

    private void decided(StepOutcome outcome) {
        decided++;
        if (outcome.decision() == StepOutcome.Decision.APPLY) {
            applied++;
        }
        begin(outcome.step() + 1);
    }

    @Override
    public String toString() {
        return identity.toString();
    }
}
