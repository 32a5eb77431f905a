// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.List;

/**
 * The rows of one table that a process holds: FP32 masters, optimiser state and {@link Marks}, in slabs by the slots of a {@link
 * RowIndex}. Used by one thread; different rows may be written by several.
 */
final class TableRows {
    /** Segments of the index: one grows at a time. */
    private static final int SEGMENT_BITS = 8;

    private final TableSpec spec;
    private final RowInitialiser initialiser;
    private final RowIndex index = new RowIndex(SEGMENT_BITS);
    private final FloatSlabs weights;
    private final List<RowState> states;
    private final FloatSlabs[] stateSlabs;
    private final LongSlabs marks = new LongSlabs();

    /**
     * One of the optimiser's numbers per row or element.
     *
     * @param name as in snapshots
     * @param stride numbers per row
     * @param initial what they begin with
     */
    record RowState(String name, int stride, float initial) {}

    /** @param states of the optimiser; none where rows are only read */
    TableRows(TableSpec spec, List<RowState> states) {
        this.spec = spec;
        this.initialiser = new RowInitialiser(spec);
        this.weights = new FloatSlabs(spec.width());
        this.states = states;
        this.stateSlabs =
                states.stream().map(state -> new FloatSlabs(state.stride())).toArray(FloatSlabs[]::new);
    }

    TableSpec spec() {
        return spec;
    }

    RowIndex index() {
        return index;
    }

    FloatSlabs weights() {
        return weights;
    }

    List<RowState> states() {
        return states;
    }

    /** Numbers of state {@code number}. */
    FloatSlabs state(int number) {
        return stateSlabs[number];
    }

    LongSlabs marks() {
        return marks;
    }

    /** Makes room for a row that is not there, whose numbers are still undefined; returns its slot. */
    int create(long id) {
        int slot = index.add(id);
        weights.ensure(slot);
        for (FloatSlabs state : stateSlabs) {
            state.ensure(slot);
        }
        marks.ensure(slot);
        return slot;
    }

    /** Gives a row its first values and state. */
    void initialise(int slot) {
        initialiser.fill(index.id(slot), weights.slab(slot), weights.at(slot));
        for (int i = 0; i < stateSlabs.length; i++) {
            float[] slab = stateSlabs[i].slab(slot);
            int at = stateSlabs[i].at(slot);
            java.util.Arrays.fill(
                    slab, at, at + stateSlabs[i].stride(), states.get(i).initial());
        }
    }

    /** Copies row {@code id}, or its first values where there is none. */
    void read(long id, float[] into, int at) {
        int slot = index.find(id);
        if (slot == RowIndex.ABSENT) {
            initialiser.fill(id, into, at);
        } else {
            weights.read(slot, into, at);
        }
    }

    /** Memory taken. */
    long bytes() {
        long bytes = index.bytes() + weights.bytes() + marks.bytes();
        for (FloatSlabs state : stateSlabs) {
            bytes += state.bytes();
        }
        return bytes;
    }
}
