// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.ShardRange;

/** Makes the shard of a server. */
public interface ShardFactory {
    /** A shard of {@code range} of {@code table}, without weights yet. */
    ParameterShard create(ParameterTable table, ShardRange range, int logicalWorkers, Optimiser optimiser);
}
