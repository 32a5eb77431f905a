// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.ClientSession;
import io.howdah.ps.Membership;
import io.howdah.ps.wire.Peer;
import io.howdah.ps.wire.Role;
import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.SliceTerms;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.net.InetSocketAddress;
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
    private final List<Tensor> rows = new ArrayList<>();
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
        SparseWorkload sparse = simulation.workload().sparse();
        for (int table = 0; table < sparse.specs().size(); table++) {
            int width = sparse.specs().get(table).width();
            rows.add(Tensor.zeros(
                            simulation.workload().settings().weightDtype(), Shape.of(sparse.ids(table).length, width))
                    .keep());
        }
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
        rows.forEach(Tensor::close);
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
                    simulation.commit(set, blobs, identity.generation);
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
        List<Integer> parts = shuffled();
        long[] versions = {step, parts.size()};
        for (int part : parts) {
            this.<Long>call(future -> pull(part, simulation.minimumVersion(step), future), version -> {
                versions[0] = isBySlices() ? step : Math.max(versions[0], version);
                versions[1]--;
                if (versions[1] == 0) {
                    pulled(step, versions[0]);
                }
            });
        }
    }

    /** All parameters and tables, the tables behind the parameters, in any order. */
    private List<Integer> shuffled() {
        List<Integer> parts = new ArrayList<>(
                IntStream.range(0, weights.size() + rows.size()).boxed().toList());
        Collections.shuffle(parts, new Random(simulation.random().nextLong()));
        return parts;
    }

    private void pull(int part, long minimum, CompletableFuture<Long> future) {
        int table = part - weights.size();
        if (table < 0) {
            session.pull(part, minimum, weights.get(part), future);
        } else {
            session.pullRows(table, simulation.workload().sparse().ids(table), minimum, rows.get(table), future);
        }
    }

    /** Goes on from what was pulled; where others did this process's work meanwhile, from what is newest. */
    private void pulled(long step, long newest) {
        if (newest > step) {
            pull(newest);
            return;
        }
        float[] values = new float[simulation.workload().elements()];
        for (int parameter = 0; parameter < weights.size(); parameter++) {
            Tensor tensor = weights.get(parameter);
            Workload.read(tensor.dtype(), tensor.buffer(), values, (int)
                    simulation.workload().table().offset(parameter));
        }
        for (int table = 0; table < rows.size(); table++) {
            Tensor tensor = rows.get(table);
            Workload.read(
                    tensor.dtype(),
                    tensor.buffer(),
                    values,
                    simulation.workload().sparse().offset(table));
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
        List<Integer> parts = shuffled();
        int pushes = slice.finite() ? parts.size() : simulation.random().nextInt(parts.size() + 1);
        for (int part : parts.subList(0, pushes)) {
            this.<Void>call(
                    future -> push(step, logicalWorker, part, new SliceRecord.Contributed(slice, scale), future),
                    done -> {});
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

    private void push(
            long step, int logicalWorker, int part, SliceRecord.Contributed what, CompletableFuture<Void> future) {
        Workload.Slice slice = what.slice();
        DType dtype = simulation.workload().settings().gradientDtype();
        int table = part - weights.size();
        if (table < 0) {
            Push push = new Push(step, logicalWorker, identity.attempt, part, slice.samples(), what.lossScale());
            int from = (int) simulation.workload().table().offset(part) * dtype.bytes();
            int to = (int) simulation.workload().table().offset(part + 1) * dtype.bytes();
            session.push(push, dtype, slice.gradient().slice(from, to - from), future);
        } else {
            SparseWorkload.Rows touched = slice.rows().get(table);
            RowPush push = new RowPush(step, logicalWorker, identity.attempt, table, slice.samples(), what.lossScale());
            session.pushRows(push, touched.ids(), dtype, touched.gradients().duplicate(), future);
        }
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
