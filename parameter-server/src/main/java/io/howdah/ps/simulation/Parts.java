// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.ShardFactory;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.ConnectionSettings;
import io.howdah.trainer.sync.ParameterShard;
import java.util.function.Function;

/**
 * The parts of the parameter server that a simulation runs.
 *
 * @param shards makes a server's shard
 * @param admissions makes what a connection lets in
 * @param slices makes a server's shard where training is by slices
 */
record Parts(ShardFactory shards, Function<ConnectionSettings, Admission> admissions, SliceShards slices) {
    /** Makes shards that tell an observer what they do. */
    interface SliceShards {
        ShardFactory of(SliceRecord.Observer observer);
    }

    /** With the real shards for training by slices. */
    Parts(ShardFactory shards, Function<ConnectionSettings, Admission> admissions) {
        this(
                shards,
                admissions,
                observer -> (table, range, logicalWorkers, optimiser, tables) ->
                        new RecordedShard(table, range, logicalWorkers, optimiser, tables, observer));
    }

    /** What servers run. */
    static Parts production() {
        return new Parts(ParameterShard::new, Admission::new);
    }
}
