// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import java.util.Arrays;

/** Rows of hidden numbers of consecutive positions of a text, from some position on. */
final class RowBuffer {
    private final int width;
    private float[] rows = {};
    private int first;
    private int count;

    RowBuffer(int width) {
        this.width = width;
    }

    /** Position of the first row. */
    int first() {
        return first;
    }

    /** Position behind the last row. */
    int end() {
        return first + count;
    }

    /** Appends a copy of the row of {@code source} that begins at {@code at}. */
    void add(float[] source, int at) {
        if ((count + 1) * width > rows.length) {
            rows = Arrays.copyOf(rows, 2 * (count + 4) * width);
        }
        System.arraycopy(source, at, rows, count * width, width);
        count++;
    }

    /** Copies the row of a position into row {@code row} of {@code target}. */
    void copy(int position, float[] target, int row) {
        if (position < first || position >= end()) {
            throw new IllegalStateException("Cannot draft: position=" + position + ", expected a row from " + first
                    + " to " + (end() - 1) + "; tell the drafter of every token");
        }
        System.arraycopy(rows, (position - first) * width, target, row * width, width);
    }

    /** Forgets the rows before a position. */
    void forgetBefore(int position) {
        int gone = Math.min(count, Math.max(0, position - first));
        if (gone > 0) {
            System.arraycopy(rows, gone * width, rows, 0, (count - gone) * width);
            first += gone;
            count -= gone;
        }
    }

    /** Forgets the rows from a position on. */
    void forgetFrom(int position) {
        count = Math.max(0, Math.min(count, position - first));
    }
}
