// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * Which slice an outcome is of, and its place in the one order that all servers apply slices in.
 *
 * @param logicalWorker v in [0, V)
 * @param attempt attempt of the process whose gradients count
 * @param sequence slices decided before, of all logical workers
 */
public record SliceTurn(int logicalWorker, int attempt, long sequence) {}
