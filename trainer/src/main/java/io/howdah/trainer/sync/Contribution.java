// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;

/**
 * What identifies one logical worker's gradient of one whole chunk.
 *
 * @param step step t whose gradient this is
 * @param logicalWorker v in [0, V)
 * @param attempt attempt of the process
 * @param chunk index of the chunk inside its shard
 * @param samples weight of this gradient in the sum
 * @param lossScale power of two that the gradient is multiplied with
 * @param dtype wire dtype: float32, bfloat16 or float16
 */
public record Contribution(
        long step, int logicalWorker, int attempt, int chunk, long samples, float lossScale, DType dtype) {
    /** The same, as the only contribution to its sum. */
    Contribution alone() {
        return new Contribution(step, 0, attempt, chunk, samples, lossScale, dtype);
    }

    /** What multiplies the gradient as it is added: samples / lossScale. */
    float factor() {
        return (float) (samples / (double) lossScale);
    }
}
