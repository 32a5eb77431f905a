// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * What identifies one gradient contribution. A contribution counts at most once per (step, parameter, logical worker),
 * whatever is sent twice.
 *
 * @param step step t whose gradient this is, computed with weights of version t
 * @param logicalWorker v in [0, V)
 * @param attempt attempt of the process; pushes of an older attempt than the newest seen are ignored
 * @param parameter index in the {@link ParameterTable}
 * @param samples how many samples the mean gradient was taken over; its weight in the sum
 * @param lossScale power of two that the gradient is multiplied with; 1 unless the wire is float16
 */
public record Push(long step, int logicalWorker, int attempt, int parameter, long samples, float lossScale) {}
