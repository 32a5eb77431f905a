// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.UpdateRule;
import java.util.Arrays;
import java.util.stream.IntStream;

/** One sparse table on one server: its rows, and the open step's sums of their gradients. */
final class TableShard {
    private final TableSettings settings;
    private final Optimiser optimiser;
    private final RowUpdates updates;
    private final TableRows rows;
    private final Candidates candidates = new Candidates();
    private final RowSum sum;
    private boolean averaged;

    TableShard(TableSpec spec, SyncSettings settings, WireFormat format) {
        this.settings = settings.tables();
        this.optimiser = settings.shardOptimiser();
        this.updates = new RowUpdates(this.settings.rule(), spec.width());
        this.rows = new TableRows(spec, updates.states());
        this.sum = new RowSum(spec.width(), settings.logicalWorkers(), format);
    }

    TableSpec spec() {
        return rows.spec();
    }

    TableRows rows() {
        return rows;
    }

    Candidates candidates() {
        return candidates;
    }

    RowSum sum() {
        return sum;
    }

    /** Takes a piece that was not seen; returns true if it was folded at once. */
    boolean add(RowContribution contribution, Payload payload) {
        boolean folded = sum.add(contribution, payload);
        if (sum.isComplete() && !averaged) {
            averaged = true;
            sum.average();
        }
        return folded;
    }

    /** All mean gradients were put into the sums by another process. */
    void complete(long samples) {
        averaged = true;
        sum.complete(samples);
    }

    /**
     * Adds Σg² of the complete mean gradients. Gradients that will be dropped because their ids have no rows yet do not
     * count, unless they are not finite.
     */
    void addSquares(ExactSum squares) {
        ExactSum single = new ExactSum();
        for (int row = 0; row < sum.rows(); row++) {
            if (admits(row)) {
                sum.addSquares(row, squares);
            } else {
                single.clear();
                sum.addSquares(row, single);
                if (!single.isFinite()) {
                    squares.add(single);
                }
            }
        }
    }

    /** Whether row {@code row} of the sums has or gets a row of the table. */
    private boolean admits(int row) {
        return settings.admission() == 1
                || rows.index().find(sum.id(row)) != RowIndex.ABSENT
                || candidates.total(sum.id(row)) + sum.contributions(row) >= settings.admission();
    }

    /** Moves the rows that have a gradient, and makes those that are new; see {@link ShardUpdates#apply}. */
    void apply(long appliedSteps, double learningRate, float clip) {
        apply(sum, appliedSteps, learningRate, clip);
    }

    /** As {@link #apply(long, double, float)}, of gradients that are kept elsewhere. */
    void apply(RowSum sum, long appliedSteps, double learningRate, float clip) {
        int[] slots = new int[sum.rows()];
        boolean[] fresh = new boolean[slots.length];
        for (int row = 0; row < slots.length; row++) {
            slots[row] = touch(sum, row, Math.toIntExact(appliedSteps), fresh);
        }
        UpdateRule.Step step = settings.step(appliedSteps, learningRate);
        int blockRows = updates.blockRows();
        int blocks = (slots.length + blockRows - 1) / blockRows;
        // Rows do not depend on each other: the bits are the same in any order.
        IntStream.range(0, blocks)
                .parallel()
                .forEach(block -> updateBlock(sum, slots, fresh, block * blockRows, new Course(clip, step)));
        if (settings.eviction().isDue(appliedSteps)) {
            evict(rows.index(), rows.marks(), appliedSteps);
            evict(candidates.index(), candidates.marks(), appliedSteps);
        }
    }

    /** Counts a touch; returns the slot of the row, or ABSENT if there is none yet. */
    private int touch(RowSum sum, int row, int appliedStep, boolean[] fresh) {
        long id = sum.id(row);
        int contributions = sum.contributions(row);
        int slot = rows.index().find(id);
        if (slot != RowIndex.ABSENT) {
            rows.marks().set(slot, Marks.touched(rows.marks().get(slot), appliedStep, contributions));
            return slot;
        }
        if (settings.admission() > 1) {
            if (candidates.total(id) + contributions < settings.admission()) {
                candidates.see(id, contributions, appliedStep);
                return RowIndex.ABSENT;
            }
            candidates.forget(id);
        }
        slot = rows.create(id);
        rows.marks().set(slot, Marks.first(appliedStep, contributions));
        fresh[row] = true;
        return slot;
    }

    /** What holds for all rows of an update. */
    private record Course(float clip, UpdateRule.Step step) {}

    private void updateBlock(RowSum sum, int[] slots, boolean[] fresh, int from, Course course) {
        int width = spec().width();
        int[] block = new int[Math.min(updates.blockRows(), slots.length - from)];
        float[] gradients = new float[block.length * width];
        int count = 0;
        for (int i = 0; i < block.length; i++) {
            int slot = slots[from + i];
            if (slot == RowIndex.ABSENT) {
                continue;
            }
            if (fresh[from + i]) {
                rows.initialise(slot);
            }
            sum.read(from + i, gradients, count * width);
            block[count++] = slot;
        }
        optimiser.clip(gradients, course.clip);
        if (settings.learningRateFactor() != 0) {
            updates.update(rows, Arrays.copyOf(block, count), gradients, course.step);
        }
    }

    private void evict(RowIndex index, LongSlabs marks, long appliedSteps) {
        for (int slot = 0; slot < index.end(); slot++) {
            if (!index.isLive(slot)) {
                continue;
            }
            long mark = marks.get(slot);
            if (settings.eviction().applies(mark, appliedSteps)) {
                index.remove(slot);
            } else {
                marks.set(slot, Marks.checked(mark));
            }
        }
    }

    /** Forgets the step's sums. */
    void clear() {
        sum.clear();
        averaged = false;
    }

    TableSize size() {
        return new TableSize(
                spec().name(),
                rows.index().size(),
                candidates.index().size(),
                rows.bytes() + candidates.bytes() + sum.bytes());
    }
}
