// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.sync.Contribution;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Payload;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.RowCutter;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepCoordinator;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableShards;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a training comes to when one thread does everything in order, with one shard and no network. */
final class SerialRun {
    private final List<float[]> pulled = new ArrayList<>();
    private final List<StepOutcome> outcomes = new ArrayList<>();

    SerialRun(Workload workload, int steps) {
        SyncSettings settings = workload.settings();
        ParameterTable table = workload.table();
        ShardRange range = settings.ranges(table, 1).get(0);
        TableShards tables = new TableShards(table.tables(), settings, new Placement(1), 0);
        ParameterShard shard =
                new ParameterShard(table, range, settings.logicalWorkers(), settings.optimiser(), tables);
        load(shard, workload.initialWeights());
        StepCoordinator coordinator =
                new StepCoordinator(settings.logicalWorkers(), 1, settings.maximumSkips(), settings.initialScaler(), 0);
        for (long step = 0; step < steps; step++) {
            float[] weights = read(workload, shard);
            pulled.add(weights);
            StepOutcome outcome = step(workload, shard, coordinator, weights);
            outcomes.add(outcome);
            shard.apply(outcome);
        }
        pulled.add(read(workload, shard));
    }

    static void load(ParameterShard shard, float[] weights) {
        ShardRange range = shard.range();
        for (int chunk = 0; chunk < range.chunks(); chunk++) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Float.BYTES * range.chunkSize(chunk)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < range.chunkSize(chunk); i++) {
                bytes.putFloat(weights[(int) range.chunkFrom(chunk) + i]);
            }
            shard.load(chunk, bytes.flip());
        }
    }

    /** The weights and rows of a shard as workers pull them, where they are among all numbers; 0 for those of other shards. */
    static float[] read(Workload workload, ParameterShard shard) {
        DType dtype = workload.settings().weightDtype();
        float[] weights = new float[workload.elements()];
        ShardRange range = shard.range();
        ByteBuffer bytes = ByteBuffer.allocate((int) range.elements() * dtype.bytes());
        shard.read(range.from(), range.to(), dtype, bytes);
        Workload.read(dtype, bytes.flip(), weights, (int) range.from());
        SparseWorkload sparse = workload.sparse();
        for (int table = 0; table < sparse.specs().size(); table++) {
            int width = sparse.specs().get(table).width();
            for (long id : sparse.ids(table)) {
                if (shard.tables().keeps(id)) {
                    ByteBuffer row = ByteBuffer.allocate(width * dtype.bytes());
                    shard.tables().read(table, new long[] {id}, dtype, row);
                    Workload.read(dtype, row.flip(), weights, sparse.offset(table, sparse.row(table, id)));
                }
            }
        }
        return weights;
    }

    /** Gives a shard that has everything one logical worker's gradients. */
    static void add(Workload workload, ParameterShard shard, int logicalWorker, SliceRecord.Contributed what) {
        DType dtype = workload.settings().gradientDtype();
        Workload.Slice slice = what.slice();
        long step = shard.version();
        for (int chunk = 0; chunk < shard.range().chunks(); chunk++) {
            int from = (int) shard.range().chunkFrom(chunk) * dtype.bytes();
            ByteBuffer bytes = slice.gradient().slice(from, shard.range().chunkSize(chunk) * dtype.bytes());
            shard.add(
                    new Contribution(step, logicalWorker, 0, chunk, slice.samples(), what.lossScale(), dtype),
                    new Unshared(bytes));
        }
        RowCutter cutter = new RowCutter(workload.sparse().specs(), new Placement(1), (server, rows, bytes, fill) -> {
            ByteBuffer body = ByteBuffer.allocate(bytes);
            fill.accept(body);
            shard.addRows(rows, new Unshared(body.rewind()));
        });
        for (int table = 0; table < slice.rows().size(); table++) {
            SparseWorkload.Rows rows = slice.rows().get(table);
            cutter.push(
                    new RowPush(step, logicalWorker, 0, table, slice.samples(), what.lossScale()),
                    rows.ids(),
                    dtype,
                    rows.gradients().duplicate());
        }
    }

    private static StepOutcome step(
            Workload workload, ParameterShard shard, StepCoordinator coordinator, float[] weights) {
        float scale = coordinator.scaler().scale();
        StepOutcome outcome = null;
        for (int worker = 0; worker < workload.settings().logicalWorkers(); worker++) {
            Workload.Slice slice = workload.slice(coordinator.step(), worker, weights, scale, 0);
            add(workload, shard, worker, new SliceRecord.Contributed(slice, scale));
            outcome = later(
                    outcome,
                    coordinator.report(new StepReport(
                            coordinator.step(), worker, 0, slice.samples(), slice.lossSum(), slice.finite())));
        }
        if (outcome == null) {
            ShardReport report = shard.takeReport();
            outcome = report == null ? null : coordinator.report(0, report);
        }
        if (outcome == null) {
            throw new IllegalStateException("Cannot decide step: step=" + coordinator.step());
        }
        return outcome;
    }

    private static @Nullable StepOutcome later(@Nullable StepOutcome before, @Nullable StepOutcome now) {
        return now == null ? before : now;
    }

    /** The weights of version {@code version} as workers pull them. */
    float[] weights(long version) {
        return pulled.get((int) version);
    }

    /** What was decided of step {@code step}. */
    StepOutcome outcome(long step) {
        return outcomes.get((int) step);
    }

    /** Bytes that nobody else has. */
    record Unshared(ByteBuffer bytes) implements Payload {
        @Override
        public void release() {
            // nobody else has it
        }
    }
}
