// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

/** Ids that have been trained, but not often enough for a row. */
final class Candidates {
    private final RowIndex index = new RowIndex();
    private final LongSlabs marks = new LongSlabs();
    private final LongSlabs totals = new LongSlabs();

    RowIndex index() {
        return index;
    }

    /** Contributions to {@code id} so far. */
    long total(long id) {
        int slot = index.find(id);
        return slot == RowIndex.ABSENT ? 0 : totals.get(slot);
    }

    /** Counts a step's contributions. */
    void see(long id, int contributions, int appliedStep) {
        int before = index.size();
        int slot = index.add(id);
        boolean first = index.size() > before;
        marks.ensure(slot);
        totals.ensure(slot);
        marks.set(
                slot,
                first
                        ? Marks.first(appliedStep, contributions)
                        : Marks.touched(marks.get(slot), appliedStep, contributions));
        totals.set(slot, first ? contributions : totals.get(slot) + contributions);
    }

    /** Takes one from a snapshot. */
    void restore(long id, long mark, long total) {
        int slot = index.add(id);
        marks.ensure(slot);
        totals.ensure(slot);
        marks.set(slot, mark);
        totals.set(slot, total);
    }

    void forget(long id) {
        int slot = index.find(id);
        if (slot != RowIndex.ABSENT) {
            index.remove(slot);
        }
    }

    LongSlabs marks() {
        return marks;
    }

    LongSlabs totals() {
        return totals;
    }

    /** Memory taken. */
    long bytes() {
        return index.bytes() + marks.bytes() + totals.bytes();
    }
}
