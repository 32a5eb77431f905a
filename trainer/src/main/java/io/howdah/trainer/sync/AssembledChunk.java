// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * A whole chunk, ready for its shard.
 *
 * @param shard index of the shard
 * @param contribution what it is; for initial weights only the chunk counts
 * @param payload its bytes
 */
public record AssembledChunk(int shard, Contribution contribution, Payload payload) {}
