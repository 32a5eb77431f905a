// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.data;

/**
 * Where a reader stands; reading on from it yields exactly the examples that an uninterrupted reader would yield next.
 *
 * @param epoch passes over the data that are complete, 0-based
 * @param split how many of this slice's splits of the epoch are complete
 * @param example how many examples of the current split are consumed
 */
public record Position(long epoch, int split, int example) {
    /** The beginning of the first epoch. */
    public static final Position START = new Position(0, 0, 0);
}
