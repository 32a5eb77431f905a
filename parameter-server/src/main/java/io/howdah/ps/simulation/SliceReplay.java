// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSettings;
import io.howdah.trainer.sync.TableShards;
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
        ParameterShard shard = single(workload, settings.tables());
        // Whether an id is admitted depends on order, the norm of a slice does not.
        ParameterShard norms = single(workload, TableSettings.DEFAULT);
        for (SliceRecord.Entry entry : order) {
            SliceRecord.Contributed slice = contributed.get(entry.key());
            StepOutcome outcome = entry.outcome();
            if (slice == null) {
                return outcome + " was decided of gradients that nobody computed";
            }
            boolean applied = outcome.decision() == Decision.APPLY;
            double norm = Double.NaN;
            if (applied) {
                SerialRun.add(workload, shard, 0, slice);
                SerialRun.add(workload, norms, 0, slice);
                ShardReport report = norms.takeReport();
                norm = report == null ? norm : Math.sqrt(report.squares().toDouble());
            }
            norms.apply(new StepOutcome(norms.version(), Decision.SKIP, 0, 0, Double.NaN, 1));
            boolean right =
                    applied ? norm == outcome.gradientNorm() : !slice.slice().finite();
            if (!right) {
                return outcome + " was decided of gradients of norm " + norm + ", finite="
                        + slice.slice().finite();
            }
            shard.apply(new StepOutcome(
                    shard.version(), outcome.decision(), outcome.samples(), outcome.lossSum(), norm, 1));
        }
        int difference = Arrays.mismatch(SerialRun.read(workload, shard), last);
        return difference < 0 ? null : "the last weights differ from the serial run in element " + difference;
    }

    /** A shard that has everything, of a training of one logical worker. */
    private static ParameterShard single(Workload workload, TableSettings rows) {
        SyncSettings settings = workload.settings();
        SyncSettings single = new SyncSettings(
                1,
                settings.gradientDtype(),
                settings.weightDtype(),
                settings.maximumSkips(),
                settings.chunkElements(),
                settings.shardOptimiser(),
                rows);
        TableShards tables = new TableShards(workload.table().tables(), single, new Placement(1), 0);
        ShardRange range = single.ranges(workload.table(), 1).get(0);
        ParameterShard shard = new ParameterShard(workload.table(), range, 1, single.optimiser(), tables);
        SerialRun.load(shard, workload.initialWeights());
        return shard;
    }
}
