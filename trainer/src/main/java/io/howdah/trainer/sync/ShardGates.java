// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import org.jspecify.annotations.Nullable;

/**
 * Actions that wait for a shard: for a version, for a logical worker's turn, or for a number of slices. In synchronous training, a
 * logical worker's turn at a step comes with the version. Used by one thread.
 */
public final class ShardGates {
    private final VersionGate versions = new VersionGate();
    private final VersionGate states = new VersionGate();
    private final @Nullable VersionGate[] turns;

    public ShardGates(SyncSettings settings) {
        turns = new VersionGate[settings.consistency().bySlices() ? settings.logicalWorkers() : 0];
        for (int worker = 0; worker < turns.length; worker++) {
            turns[worker] = new VersionGate();
        }
    }

    /** Runs {@code action} now, or once {@code version} is published. */
    public void whenPublished(long version, Runnable action) {
        versions.whenPublished(version, action);
    }

    /** Runs {@code action} now, or once {@code version} is published and the shard has come to {@code state}. */
    public void whenPublished(long version, long state, Runnable action) {
        versions.whenPublished(version, () -> states.whenPublished(state, action));
    }

    /** Runs {@code action} now, or once logical worker {@code worker} may contribute to {@code step}. */
    public void whenTurn(int worker, long step, Runnable action) {
        VersionGate gate = worker < 0 || worker >= turns.length ? null : turns[worker];
        (gate == null ? versions : gate).whenPublished(step, action);
    }

    /** Lets run what waited for the first version. */
    public void open(ParameterShard shard) {
        for (int worker = 0; worker < turns.length; worker++) {
            publishTurn(shard, worker);
        }
        states.publish(shard.state());
        versions.publish(shard.version());
    }

    /** Lets run what waited for {@code outcome}, which {@code shard} has applied. */
    public void publish(ParameterShard shard, StepOutcome outcome) {
        SliceTurn turn = outcome.slice();
        if (turn != null) {
            publishTurn(shard, turn.logicalWorker());
        }
        states.publish(shard.state());
        versions.publish(shard.version());
    }

    private void publishTurn(ParameterShard shard, int worker) {
        VersionGate gate = turns[worker];
        if (gate != null) {
            gate.publish(shard.nextStep(worker));
        }
    }

    /** Forgets all that waits. */
    public void clear() {
        versions.clear();
        states.clear();
        for (VersionGate gate : turns) {
            if (gate != null) {
                gate.clear();
            }
        }
    }
}
