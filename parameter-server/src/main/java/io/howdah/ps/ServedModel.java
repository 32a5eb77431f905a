// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.sync.Coordinator;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableShards;
import org.jspecify.annotations.Nullable;

/** What a server holds once the parameters are agreed: its shard, and on the first server the coordinator. */
final class ServedModel {
    private final ParameterTable table;
    private final SyncSettings settings;
    private final ServerPlace place;
    private final ParameterShard shard;
    private final RoundedWeights rounded;
    private LossScaler scaler;
    private @Nullable Coordinator coordinator;
    private boolean started;

    ServedModel(ParameterTable table, SyncSettings settings, ServerPlace place, ShardFactory shards) {
        this.table = table;
        this.settings = settings;
        this.place = place;
        ShardRange range = settings.ranges(table, place.servers()).get(place.index());
        TableShards tables = new TableShards(table.tables(), settings, new Placement(place.servers()), place.index());
        this.shard = shards.create(table, range, settings.logicalWorkers(), settings.shardOptimiser(), tables);
        this.rounded = new RoundedWeights(shard, settings.chunkElements());
        this.scaler = settings.initialScaler();
    }

    ParameterTable table() {
        return table;
    }

    ParameterShard shard() {
        return shard;
    }

    /** The shard's weights for the wire. */
    RoundedWeights rounded() {
        return rounded;
    }

    /** Loss scale of the first step. */
    void useScaler(LossScaler scaler) {
        this.scaler = scaler;
    }

    boolean isStarted() {
        return started;
    }

    /** Opens the step of the shard's version. */
    void start() {
        started = true;
        if (place.decides()) {
            coordinator = settings.coordinator(table, place.servers(), scaler, shard.version());
        }
    }

    /** The coordinator of a started first server. */
    Coordinator coordinator() {
        if (coordinator == null) {
            throw new IllegalStateException("Cannot decide: " + place + " is no started first server");
        }
        return coordinator;
    }

    /** The decided step is applied. */
    void applied() {
        if (coordinator != null) {
            scaler = coordinator.scaler();
        }
    }

    /** State of the loss scale at the shard's version where it is kept, else null; the coordinator may be a step ahead. */
    @Nullable
    LossScaler scaler() {
        return coordinator == null ? null : scaler;
    }

    @Nullable
    StepOutcome lastOutcome() {
        return coordinator == null ? null : coordinator.last();
    }
}
