// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.TableShards;

/** Makes the shard of a server. */
public interface ShardFactory {
    /** A shard of {@code range} of {@code table}, without weights yet, and of the sparse {@code tables}. */
    ParameterShard create(
            ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser, TableShards tables);
}
