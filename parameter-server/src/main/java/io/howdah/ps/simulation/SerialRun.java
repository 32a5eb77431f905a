// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.sync.Contribution;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Payload;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepCoordinator;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
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
        ParameterShard shard = new ParameterShard(table, range, settings.logicalWorkers(), settings.optimiser());
        load(shard, workload.initialWeights());
        StepCoordinator coordinator =
                new StepCoordinator(settings.logicalWorkers(), 1, settings.maximumSkips(), settings.initialScaler(), 0);
        for (long step = 0; step < steps; step++) {
            float[] weights = read(shard, settings.weightDtype());
            pulled.add(weights);
            StepOutcome outcome = step(workload, shard, coordinator, weights);
            outcomes.add(outcome);
            shard.apply(outcome);
        }
        pulled.add(read(shard, settings.weightDtype()));
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

    /** The weights of a shard as workers pull them. */
    static float[] read(ParameterShard shard, DType dtype) {
        int elements = (int) shard.range().elements();
        ByteBuffer bytes = ByteBuffer.allocate(elements * dtype.bytes());
        shard.read(shard.range().from(), shard.range().to(), dtype, bytes);
        float[] weights = new float[elements];
        Workload.read(dtype, bytes.flip(), weights, 0);
        return weights;
    }

    private static StepOutcome step(
            Workload workload, ParameterShard shard, StepCoordinator coordinator, float[] weights) {
        DType dtype = workload.settings().gradientDtype();
        float scale = coordinator.scaler().scale();
        StepOutcome outcome = null;
        for (int worker = 0; worker < workload.settings().logicalWorkers(); worker++) {
            Workload.Slice slice = workload.slice(coordinator.step(), worker, weights, scale, 0);
            for (int chunk = 0; chunk < shard.range().chunks(); chunk++) {
                ByteBuffer bytes = slice.gradient()
                        .slice(
                                (int) shard.range().chunkFrom(chunk) * dtype.bytes(),
                                shard.range().chunkSize(chunk) * dtype.bytes());
                Contribution contribution =
                        new Contribution(coordinator.step(), worker, 0, chunk, slice.samples(), scale, dtype);
                shard.add(contribution, new Unshared(bytes));
            }
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
