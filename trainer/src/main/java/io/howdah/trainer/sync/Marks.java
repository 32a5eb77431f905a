// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/**
 * What a table remembers of the use of an id, in 64 bits: the applied step that touched it last, above the contributions
 * since the last check of evictions. Until its first check, an id's contributions count from the lowest number on, so that it is
 * told from those that had a whole interval.
 */
final class Marks {
    private Marks() {}

    /** Of an id that step {@code appliedStep} brings. */
    static long first(int appliedStep, int contributions) {
        return of(appliedStep, Integer.MIN_VALUE + contributions);
    }

    private static long of(int appliedStep, int count) {
        return (long) appliedStep << Integer.SIZE | count & 0xffff_ffffL;
    }

    /** After a step that touched the id. */
    static long touched(long mark, int appliedStep, int contributions) {
        int count = count(mark);
        int most = count < 0 ? -1 : Integer.MAX_VALUE;
        return of(appliedStep, count > most - contributions ? most : count + contributions);
    }

    /** After a check of evictions. */
    static long checked(long mark) {
        return of(step(mark), 0);
    }

    /** The applied step that touched the id last. */
    static int step(long mark) {
        return (int) (mark >>> Integer.SIZE);
    }

    private static int count(long mark) {
        return (int) mark;
    }

    /** Whether the id came after the last check. */
    static boolean isFresh(long mark) {
        return count(mark) < 0;
    }

    /** Contributions since the last check, or since the id came. */
    static int contributions(long mark) {
        int count = count(mark);
        return count < 0 ? count - Integer.MIN_VALUE : count;
    }
}
