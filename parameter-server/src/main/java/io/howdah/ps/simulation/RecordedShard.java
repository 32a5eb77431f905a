// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.SliceShard;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.TableShards;

/** A shard that tells what it applies, and in which order. Open to tests alone. */
class RecordedShard extends SliceShard {
    private final SliceRecord.Observer observer;

    RecordedShard(
            ParameterTable table,
            ShardRange range,
            int logicalWorkers,
            Optimiser optimiser,
            TableShards tables,
            SliceRecord.Observer observer) {
        super(table, range, logicalWorkers, optimiser, tables);
        this.observer = observer;
    }

    @Override
    public void apply(StepOutcome outcome) {
        observer.before(this);
        super.apply(outcome);
        observer.applied(this, outcome);
    }
}
