// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.client;

/**
 * A look at a running job.
 *
 * @param state state of the job, or YARN's while the job has none
 * @param phase what the workers do: starting, training, evaluating, committing
 * @param step decided steps
 * @param totalSteps steps of the whole job, 0 if it has none
 * @param loss mean loss of the last step in nats, NaN before the first
 * @param samplesPerSecond of the whole job
 */
public record JobProgress(
        String state, String phase, long step, long totalSteps, double loss, double samplesPerSecond) {}
