// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

import java.util.List;

/**
 * A run of examples that can be read alone; the unit of shuffling and of locality.
 *
 * @param index position in the dataset's own order, 0-based
 * @param examples number of examples
 * @param hosts hosts that hold the bytes, nearest first; empty where unknown
 */
public record Split(int index, int examples, List<String> hosts) {}
