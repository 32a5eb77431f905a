// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import org.jspecify.annotations.Nullable;

/**
 * A shard's word that all gradients of its range have been added.
 *
 * @param step step t
 * @param squares Σg² of the mean gradient over the shard's range; not finite if any element is not
 * @param slice whose gradients, where slices are decided one by one; null for all
 */
public record ShardReport(
        long step, ExactSum squares, @Nullable Slice slice) {
    /** Of a whole step. */
    public ShardReport(long step, ExactSum squares) {
        this(step, squares, null);
    }

    /** One logical worker's part of the step, as one attempt computed it. */
    public record Slice(int logicalWorker, int attempt) {}
}
