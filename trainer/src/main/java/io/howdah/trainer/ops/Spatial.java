// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

/** A number for each spatial dimension: sizes of a filter, steps, positions. */
public record Spatial(int height, int width) {
    /** The same number for both. */
    public static Spatial of(int both) {
        return new Spatial(both, both);
    }

    boolean isAtLeast(int bound) {
        return height >= bound && width >= bound;
    }

    /** With another height; what is meant for one dimension is meant for the width. */
    Spatial withHeight(int other) {
        return new Spatial(other, width);
    }

    @Override
    public String toString() {
        return "[" + height + ", " + width + "]";
    }
}
