// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * What identifies one logical worker's gradients of the rows of one table. They count at most once per (step, table, logical
 * worker), whatever is sent twice.
 *
 * @param step step t whose gradients these are, computed with rows of version t
 * @param logicalWorker v in [0, V)
 * @param attempt attempt of the process; pushes of an older attempt than the newest seen are ignored
 * @param table index among the tables of the {@link ParameterTable}
 * @param samples how many samples the mean gradient was taken over; its weight in the sum
 * @param lossScale power of two that the gradients are multiplied with; 1 unless the wire is float16
 */
public record RowPush(long step, int logicalWorker, int attempt, int table, long samples, float lossScale) {}
