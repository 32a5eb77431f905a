// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.sync.StepOutcome;

/**
 * One decided step.
 *
 * @param step decided steps so far, 1-based
 * @param steps T, length of the training
 * @param loss mean loss of all logical workers' samples, in nats
 * @param examplesPerSecond samples of all logical workers per second of this step
 * @param outcome what the store decided
 */
public record StepProgress(long step, long steps, double loss, double examplesPerSecond, StepOutcome outcome) {}
