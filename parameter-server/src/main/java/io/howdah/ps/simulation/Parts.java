// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import io.howdah.ps.ServerParts;
import io.howdah.ps.ShardFactory;
import io.howdah.ps.wire.Admission;
import io.howdah.ps.wire.ConnectionSettings;
import java.util.function.Function;

/**
 * The parts of the parameter server that a simulation runs.
 *
 * @param server what a server is made of
 * @param admissions makes what a connection lets in
 */
record Parts(ServerParts server, Function<ConnectionSettings, Admission> admissions, SliceShards slices) {
    /** Makes shards that tell an observer what they do. */
    interface SliceShards {
        ShardFactory of(SliceRecord.Observer observer);
    }

    /** With the real shards for training by slices. */
    Parts(ServerParts server, Function<ConnectionSettings, Admission> admissions) {
        this(
                server,
                admissions,
                observer -> (table, range, logicalWorkers, optimiser, tables) ->
                        new RecordedShard(table, range, logicalWorkers, optimiser, tables, observer));
    }

    /** What servers run. */
    static Parts production() {
        return new Parts(ServerParts.production(), Admission::new);
    }
}
