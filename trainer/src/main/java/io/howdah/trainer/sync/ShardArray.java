// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * Elements of a snapshot that lie together.
 *
 * @param name {@code weights} or a name of the optimiser's state
 * @param first flat element of the first one
 * @param elements the elements themselves, not a copy
 */
record ShardArray(String name, long first, float[] elements) {
    /** Copies what {@code other} has of the same elements; returns how many those were. */
    int copyFrom(ShardArray other) {
        long from = Math.max(first, other.first);
        long to = Math.min(first + elements.length, other.first + other.elements.length);
        if (to <= from || !name.equals(other.name)) {
            return 0;
        }
        int count = (int) (to - from);
        System.arraycopy(other.elements, (int) (from - other.first), elements, (int) (from - first), count);
        return count;
    }
}
