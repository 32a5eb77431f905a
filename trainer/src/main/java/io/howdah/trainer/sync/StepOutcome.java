// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import org.jspecify.annotations.Nullable;

/**
 * What was decided for a whole step, or for one slice of it; the same for every worker and server.
 *
 * @param step step t; weights of version t + 1 are published
 * @param decision whether the optimiser ran
 * @param samples samples of all slices
 * @param lossSum sum of the losses of all samples, in nats, added in order of logical worker
 * @param gradientNorm L2 norm of the mean gradient over the whole model, before clipping
 * @param nextLossScale loss scale for step t + 1
 * @param evaluation the watched metric of the weights of version t, for all processes alike; NaN where it was not
 *     measured or is not defined
 * @param slice the slice that this is of, where slices are decided one by one; null for a whole step
 */
public record StepOutcome(
        long step,
        Decision decision,
        long samples,
        double lossSum,
        double gradientNorm,
        float nextLossScale,
        double evaluation,
        @Nullable SliceTurn slice) {
    /** An outcome of a whole step. */
    public StepOutcome(
            long step,
            Decision decision,
            long samples,
            double lossSum,
            double gradientNorm,
            float nextLossScale,
            double evaluation) {
        this(step, decision, samples, lossSum, gradientNorm, nextLossScale, evaluation, null);
    }

    /** An outcome without an evaluation. */
    public StepOutcome(
            long step, Decision decision, long samples, double lossSum, double gradientNorm, float nextLossScale) {
        this(step, decision, samples, lossSum, gradientNorm, nextLossScale, Double.NaN);
    }

    /** APPLY moves the weights; SKIP leaves them, because some gradient was not finite. */
    public enum Decision {
        APPLY,
        SKIP
    }
}
