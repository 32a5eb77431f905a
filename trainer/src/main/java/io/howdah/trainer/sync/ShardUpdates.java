// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.ElementwiseRule;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.TensorRule;
import io.howdah.trainer.optim.UpdateRule;
import java.util.List;

/** The optimiser of one shard: its state, and what it does with the masters once a step is decided. */
interface ShardUpdates {
    /** Adds Σg² of a chunk whose mean gradient has just been completed, if chunks can be added one by one. */
    void addSquares(ChunkSum chunk, ExactSum squares);

    /** Adds Σg² of the whole shard, complete by now, if chunks could not be added one by one. */
    void addSquares(float[][] gradients, ExactSum squares);

    /**
     * Moves the masters.
     *
     * @param masters FP32 weights by chunk
     * @param gradients mean gradient by chunk; overwritten
     * @param base the step before factors of single parameters
     * @param clip factor of the gradient that clips its norm
     */
    void apply(float[][] masters, float[][] gradients, UpdateRule.Step base, float clip);

    /** The state for snapshots. */
    List<ShardArray> arrays();

    /** The updates that the rule of {@code optimiser} needs. */
    static ShardUpdates of(ParameterTable table, ShardRange range, Optimiser optimiser) {
        if (optimiser.rule() instanceof TensorRule rule) {
            return new TensorUpdates(table, range, optimiser, rule);
        }
        return new ElementwiseUpdates(table, range, optimiser, (ElementwiseRule) optimiser.rule());
    }
}
