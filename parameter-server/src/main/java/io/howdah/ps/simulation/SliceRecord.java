// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.ServerPlace;
import io.howdah.trainer.sync.Consistency;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What is computed, decided and applied in a training by slices, checked as it happens: all servers apply the same slices in the
 * same order, each once; nobody is further ahead than allowed; whoever reads weights sees a state that the server had, and no older
 * one than it knows of. At the end the decided order is run again by {@link SliceReplay}.
 */
final class SliceRecord {
    private final Simulation simulation;
    private final Workload workload;
    private final Map<Key, Contributed> contributed = new HashMap<>();
    /** What the weights of a generation hold, those of its beginning included. */
    private final Map<Long, List<Entry>> histories = new HashMap<>();

    private final List<StepOutcome> order = new ArrayList<>();
    private final Map<Integer, States> servers = new HashMap<>();
    private final long[] clocks;
    private long generation;
    private float[] last = {};

    /** Whose gradients. */
    record Key(long generation, int logicalWorker, long step, int attempt) {}

    /** The gradients, and what they were scaled with. */
    record Contributed(Workload.Slice slice, float lossScale) {}

    /** A slice that the weights hold. */
    record Entry(long generation, StepOutcome outcome) {
        Key key() {
            SliceTurn turn = Objects.requireNonNull(outcome.slice());
            return new Key(generation, turn.logicalWorker(), outcome.step(), turn.attempt());
        }
    }

    /** What a server's weights and rows were after each slice. */
    private record States(ParameterShard shard, List<float[]> weights) {}

    /** Is told what a shard does. */
    interface Observer {
        void before(ParameterShard shard);

        void applied(ParameterShard shard, StepOutcome outcome);
    }

    SliceRecord(Simulation simulation) {
        this.simulation = simulation;
        this.workload = simulation.workload();
        this.clocks = new long[workload.settings().logicalWorkers()];
    }

    /**
     * Processes of another generation begin at version {@code version}.
     *
     * @param origin the generation whose snapshot they begin with, which need not be the one before: its workers may outlive it
     */
    void begin(long newGeneration, long version, long origin) {
        List<Entry> begun = new ArrayList<>();
        for (Entry entry : history(origin)) {
            if (entry.outcome.step() >= version) {
                break;
            }
            begun.add(entry);
        }
        if (begun.size() != version * clocks.length) {
            simulation.report("snapshot of version " + version + " holds " + begun.size() + " slices");
        }
        histories.put(newGeneration, begun);
        order.clear();
        servers.clear();
        Arrays.fill(clocks, version);
        generation = newGeneration;
    }

    private List<Entry> history(long of) {
        return histories.getOrDefault(of, List.of());
    }

    /** Hears from the shard of a server. */
    Observer observer(long shardGeneration, ServerPlace place) {
        return new Observer() {
            @Override
            public void before(ParameterShard shard) {
                if (shardGeneration == generation) {
                    States states =
                            servers.computeIfAbsent(place.index(), absent -> new States(shard, new ArrayList<>()));
                    if (states.weights.isEmpty()) {
                        states.weights.add(SerialRun.read(workload, shard));
                    }
                }
            }

            @Override
            public void applied(ParameterShard shard, StepOutcome outcome) {
                if (shardGeneration == generation) {
                    record(place, shard, outcome);
                }
            }
        };
    }

    private void record(ServerPlace place, ParameterShard shard, StepOutcome outcome) {
        SliceTurn turn = Objects.requireNonNull(outcome.slice());
        List<float[]> states = Objects.requireNonNull(servers.get(place.index())).weights;
        if (turn.sequence() != states.size() - 1) {
            simulation.report(place + " applied " + turn + " after " + (states.size() - 1) + " slices");
        }
        states.add(SerialRun.read(workload, shard));
        if (turn.sequence() < order.size()) {
            if (!order.get((int) turn.sequence()).equals(outcome)) {
                simulation.report(place + " applied " + outcome + ", expected " + order.get((int) turn.sequence()));
            }
            return;
        }
        long ahead = outcome.step() - Arrays.stream(clocks).min().orElse(0);
        Consistency consistency = workload.settings().consistency();
        if (consistency.mode() == Consistency.Mode.SSP && ahead > consistency.staleness()) {
            simulation.report(turn + " of step " + outcome.step() + " is " + ahead + " steps ahead");
        }
        if (outcome.step() != clocks[turn.logicalWorker()]) {
            simulation.report(
                    turn + " of step " + outcome.step() + " is applied, expected step " + clocks[turn.logicalWorker()]);
        }
        clocks[turn.logicalWorker()]++;
        order.add(outcome);
        Objects.requireNonNull(histories.get(generation)).add(new Entry(generation, outcome));
    }

    /** A process computed a slice. */
    void contributed(SimulatedWorker.Identity worker, int logicalWorker, long step, Contributed what) {
        contributed.putIfAbsent(new Key(worker.generation(), logicalWorker, step, worker.attempt()), what);
    }

    /**
     * Checks what a worker has pulled for {@code step}.
     *
     * @param floor slices that it knows to be decided
     */
    void pulled(SimulatedWorker worker, long step, long floor, float[] weights) {
        if (worker.identity().generation() != generation) {
            return;
        }
        long slowest = Arrays.stream(clocks).min().orElse(0);
        if (slowest < simulation.minimumVersion(step)) {
            simulation.report(worker + " pulled weights for step " + step + " when the slowest was at " + slowest);
        }
        servers.values().forEach(states -> checkPieces(worker, states, floor, weights));
        if (step == simulation.schedule().steps()) {
            last = weights;
        }
    }

    private void checkPieces(SimulatedWorker worker, States states, long floor, float[] weights) {
        ShardRange range = states.shard.range();
        for (int chunk = 0; chunk < range.chunks(); chunk++) {
            for (long from = range.chunkFrom(chunk); from < range.chunkTo(chunk); ) {
                int parameter = workload.table().parameterAt(from);
                long to = Math.min(range.chunkTo(chunk), workload.table().offset(parameter + 1));
                check(worker, states, floor, weights, IntStream.range((int) from, (int) to));
                from = to;
            }
        }
        SparseWorkload sparse = workload.sparse();
        for (int index = 0; index < sparse.specs().size(); index++) {
            int table = index;
            int width = sparse.specs().get(table).width();
            IntStream rows = Arrays.stream(sparse.ids(table))
                    .filter(states.shard.tables()::keeps)
                    .mapToInt(id -> sparse.offset(table, sparse.row(table, id)))
                    .flatMap(from -> IntStream.range(from, from + width));
            check(worker, states, floor, weights, rows);
        }
    }

    /** What came in one answer has to be of one state. */
    private void check(SimulatedWorker worker, States states, long floor, float[] weights, IntStream elements) {
        int[] all = elements.toArray();
        boolean some = all.length == 0
                || states.weights.stream()
                        .skip(floor)
                        .anyMatch(state -> Arrays.stream(all).allMatch(i -> state[i] == weights[i]));
        if (!some) {
            simulation.report(worker + " pulled weights from " + all[0] + " to " + all[all.length - 1]
                    + " that differ from all states since slice " + floor);
        }
    }

    /** Checks what a worker was told. */
    void told(SimulatedWorker worker, StepOutcome outcome) {
        SliceTurn turn = outcome.slice();
        if (turn != null
                && turn.sequence() < order.size()
                && worker.identity().generation() == generation
                && !order.get((int) turn.sequence()).equals(outcome)) {
            simulation.report(worker + " was told " + outcome);
        }
    }

    /** Runs all again, serially. */
    void replay() {
        String problem = SliceReplay.problem(workload, history(generation), contributed, last);
        if (problem != null) {
            simulation.report(problem);
        }
    }
}
