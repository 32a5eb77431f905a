// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

/**
 * What a training remembers of its evaluations.
 *
 * @param best best value so far
 * @param bestStep decided steps when it was measured
 * @param misses evaluations since then that were no better
 * @param step decided steps at the last evaluation
 * @param value value of the last evaluation
 */
public record EvaluationTrack(double best, long bestStep, long misses, long step, double value) {}
