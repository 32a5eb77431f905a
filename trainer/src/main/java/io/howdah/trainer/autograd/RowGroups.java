// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import java.util.Arrays;

/**
 * The occurrences of each row of a sparse gradient.
 *
 * @param numbers distinct numbers of rows, ascending
 * @param starts where the occurrences of each row begin in {@code order}; one more at the end
 * @param order indices of all occurrences by row, those of one row ascending
 */
public record RowGroups(long[] numbers, int[] starts, int[] order) {
    /** Bits that a pass sorts by. */
    private static final int DIGIT = 11;

    /** Groups {@code rows}, none of them negative, in time linear in their number (a radix sort from the lowest digit). */
    static RowGroups of(long[] rows) {
        int count = rows.length;
        long all = 0;
        for (long row : rows) {
            all |= row;
        }
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        for (int shift = 0; shift < Long.SIZE && all >>> shift != 0; shift += DIGIT) {
            order = sorted(rows, order, shift);
        }
        long[] numbers = new long[count];
        int[] starts = new int[count + 1];
        int groups = 0;
        for (int i = 0; i < count; i++) {
            long row = rows[order[i]];
            if (i == 0 || row != numbers[groups - 1]) {
                numbers[groups] = row;
                starts[groups++] = i;
            }
        }
        starts[groups] = count;
        return new RowGroups(Arrays.copyOf(numbers, groups), Arrays.copyOf(starts, groups + 1), order);
    }

    /** A stable counting sort by one digit. */
    private static int[] sorted(long[] rows, int[] order, int shift) {
        int mask = (1 << DIGIT) - 1;
        int[] ends = new int[mask + 2];
        for (int index : order) {
            ends[(int) (rows[index] >>> shift & mask) + 1]++;
        }
        for (int digit = 0; digit < mask; digit++) {
            ends[digit + 1] += ends[digit];
        }
        int[] sorted = new int[order.length];
        for (int index : order) {
            sorted[ends[(int) (rows[index] >>> shift & mask)]++] = index;
        }
        return sorted;
    }

    /** How many distinct rows there are. */
    public int size() {
        return numbers.length;
    }
}
