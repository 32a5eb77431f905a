// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.sync.Coordinator;
import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Placement;
import io.howdah.trainer.sync.ShardRange;
import io.howdah.trainer.sync.StepCoordinator;
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
    private int skips;

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

    /** Whether the shard of server {@code server} holds anything, so that it hears of gradients. */
    boolean holdsAnything(int server) {
        return !table.tables().isEmpty()
                || settings.ranges(table, place.servers()).get(server).elements() > 0;
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

    /** The coordinator of whole steps, which replicas follow. */
    StepCoordinator stepCoordinator() {
        if (coordinator() instanceof StepCoordinator steps) {
            return steps;
        }
        throw new IllegalStateException("Cannot follow decisions: " + place + " decides slices");
    }

    /** The decided step is applied. */
    void applied() {
        if (coordinator != null) {
            scaler = coordinator.scaler();
            skips = coordinator instanceof StepCoordinator steps ? steps.skips() : 0;
        }
    }

    /** State of the loss scale at the shard's version where it is kept, else null; the coordinator may be a step ahead. */
    @Nullable
    LossScaler scaler() {
        return coordinator == null ? null : scaler;
    }

    /** As {@link #start}, after {@code before} steps skipped in a row. */
    void startAfterSkips(int before) {
        start();
        skips = before;
        if (coordinator != null) {
            stepCoordinator().resumeSkips(before);
        }
    }

    /** Steps skipped in a row before the shard's version, where that is known. */
    int skips() {
        return skips;
    }
}
