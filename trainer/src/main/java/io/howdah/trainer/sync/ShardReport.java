// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * A shard's word that all gradients of its range have been added.
 *
 * @param step step t
 * @param squares Σg² of the mean gradient over the shard's range; not finite if any element is not
 */
public record ShardReport(long step, ExactSum squares) {}
