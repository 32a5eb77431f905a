// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * A logical worker's word that all its gradients of a step are pushed.
 *
 * @param step step t
 * @param logicalWorker v in [0, V)
 * @param attempt attempt of the process
 * @param samples samples of this slice
 * @param lossSum sum of the losses of these samples, in nats
 * @param finite false if a gradient held an infinity or NaN after the cast to the wire dtype
 * @param evaluation from logical worker 0: the watched metric of the weights of version t, if they were evaluated; else
 *     NaN
 * @param terms of a slice that is decided by itself; else {@link SliceTerms#NONE}
 */
public record StepReport(
        long step,
        int logicalWorker,
        int attempt,
        long samples,
        double lossSum,
        boolean finite,
        double evaluation,
        SliceTerms terms) {
    /** A report of a part of a whole step. */
    public StepReport(
            long step,
            int logicalWorker,
            int attempt,
            long samples,
            double lossSum,
            boolean finite,
            double evaluation) {
        this(step, logicalWorker, attempt, samples, lossSum, finite, evaluation, SliceTerms.NONE);
    }

    /** A report without an evaluation. */
    public StepReport(long step, int logicalWorker, int attempt, long samples, double lossSum, boolean finite) {
        this(step, logicalWorker, attempt, samples, lossSum, finite, Double.NaN);
    }
}
