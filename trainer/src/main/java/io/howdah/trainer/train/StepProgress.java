// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.sync.StepOutcome;

/**
 * One decided step.
 *
 * @param step decided steps so far, 1-based
 * @param steps T, length of the training
 * @param epoch passes over the data that this process's first logical worker had completed when the step began
 * @param loss mean loss of all logical workers' samples, in nats; by slices, of this process's logical workers
 * @param learningRate rate of the schedule, before factors of single parameters; the rate that was not used where the
 *     step was skipped
 * @param lossScale what the loss was multiplied with
 * @param examplesPerSecond samples of all logical workers per second of this step; by slices, as if others were as fast
 * @param outcome what the store decided
 */
public record StepProgress(
        long step,
        long steps,
        long epoch,
        double loss,
        double learningRate,
        float lossScale,
        double examplesPerSecond,
        StepOutcome outcome) {}
