// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.sync.Contribution;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.sync.SyncSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Slices in their decided order, one by one: steps of a synchronous training of one logical worker, on one shard without a network. */
final class SliceReplay {
    private SliceReplay() {}

    /** What is wrong with the decisions or with the last weights; null if nothing is. */
    static @Nullable String problem(
            Workload workload,
            List<SliceRecord.Entry> order,
            Map<SliceRecord.Key, SliceRecord.Contributed> contributed,
            float[] last) {
        SyncSettings settings = workload.settings();
        ParameterShard shard = new ParameterShard(
                workload.table(), settings.ranges(workload.table(), 1).get(0), 1, settings.shardOptimiser());
        SerialRun.load(shard, workload.initialWeights());
        for (SliceRecord.Entry entry : order) {
            SliceRecord.Contributed slice = contributed.get(entry.key());
            StepOutcome outcome = entry.outcome();
            if (slice == null) {
                return outcome + " was decided of gradients that nobody computed";
            }
            boolean applied = outcome.decision() == Decision.APPLY;
            if (applied) {
                add(shard, settings, slice);
            }
            ShardReport report = shard.takeReport();
            double norm =
                    report == null ? Double.NaN : Math.sqrt(report.squares().toDouble());
            boolean right = applied
                    ? report != null && norm == outcome.gradientNorm()
                    : !slice.slice().finite();
            if (!right) {
                return outcome + " was decided of gradients of norm " + norm + ", finite="
                        + slice.slice().finite();
            }
            shard.apply(new StepOutcome(
                    shard.version(), outcome.decision(), outcome.samples(), outcome.lossSum(), norm, 1));
        }
        int difference = Arrays.mismatch(SerialRun.read(shard, settings.weightDtype()), last);
        return difference < 0 ? null : "the last weights differ from the serial run in element " + difference;
    }

    private static void add(ParameterShard shard, SyncSettings settings, SliceRecord.Contributed contributed) {
        int size = settings.gradientDtype().bytes();
        for (int chunk = 0; chunk < shard.range().chunks(); chunk++) {
            Contribution contribution = new Contribution(
                    shard.version(),
                    0,
                    0,
                    chunk,
                    contributed.slice().samples(),
                    contributed.lossScale(),
                    settings.gradientDtype());
            int from = (int) shard.range().chunkFrom(chunk) * size;
            shard.add(
                    contribution,
                    new SerialRun.Unshared(contributed
                            .slice()
                            .gradient()
                            .slice(from, shard.range().chunkSize(chunk) * size)));
        }
    }
}
