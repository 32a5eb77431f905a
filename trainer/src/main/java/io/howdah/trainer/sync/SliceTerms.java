// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * What a report says of a slice that is to move the weights by itself.
 *
 * @param lossScale power of two that its gradients were multiplied with
 * @param afterLeader whether it comes after the slice of logical worker 0 of the same step, which may be judging or saving the
 *     weights before the step
 */
public record SliceTerms(float lossScale, boolean afterLeader) {
    /** Of a whole step, which has its own terms. */
    public static final SliceTerms NONE = new SliceTerms(0, false);
}
