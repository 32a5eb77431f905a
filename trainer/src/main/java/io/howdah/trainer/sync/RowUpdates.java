// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.ElementwiseRule;
import io.howdah.trainer.optim.RowRule;
import io.howdah.trainer.optim.UpdateRule;
import io.howdah.trainer.sync.TableRows.RowState;
import io.howdah.trainer.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Runs the optimiser on rows that lie scattered: a block of them is gathered, updated as one small table, and put back. */
final class RowUpdates {
    /** Rows of a block; more of short ones. */
    private static final int BLOCK_FLOATS = 1 << 12;

    private final UpdateRule rule;
    private final int width;
    private final int blockRows;

    RowUpdates(UpdateRule rule, int width) {
        this.rule = rule;
        this.width = width;
        this.blockRows = Math.max(1, BLOCK_FLOATS / width);
    }

    /** What the rule keeps for a row. */
    List<RowState> states() {
        List<String> names = rule.stateNames();
        List<RowState> states = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            states.add(new RowState(names.get(i), stateSizes(1)[i], rule.initialState(i)));
        }
        return states;
    }

    private int[] stateSizes(int rows) {
        if (rule instanceof RowRule rowRule) {
            return rowRule.stateSizes(Shape.of(rows, width));
        }
        int[] sizes = new int[rule.stateNames().size()];
        java.util.Arrays.fill(sizes, rows * width);
        return sizes;
    }

    /** Rows that {@link #update} takes at once. */
    int blockRows() {
        return blockRows;
    }

    /**
     * Moves rows against their gradients.
     *
     * @param slots of the rows
     * @param gradients [n, D], as they are to be applied
     */
    void update(TableRows rows, int[] slots, float[] gradients, UpdateRule.Step step) {
        int count = slots.length;
        float[] weights = new float[count * width];
        int[] sizes = stateSizes(count);
        float[][] state = new float[sizes.length][];
        for (int i = 0; i < sizes.length; i++) {
            state[i] = new float[sizes[i]];
        }
        for (int row = 0; row < count; row++) {
            rows.weights().read(slots[row], weights, row * width);
            for (int i = 0; i < state.length; i++) {
                rows.state(i).read(slots[row], state[i], row * rows.state(i).stride());
            }
        }
        compute(weights, state, gradients, count, step);
        for (int row = 0; row < count; row++) {
            rows.weights().write(slots[row], weights, row * width);
            for (int i = 0; i < state.length; i++) {
                rows.state(i).write(slots[row], state[i], row * rows.state(i).stride());
            }
        }
    }

    private void compute(float[] weights, float[][] state, float[] gradients, int count, UpdateRule.Step step) {
        if (rule instanceof ElementwiseRule elementwise) {
            elementwise.update(weights, state, gradients, 0, count * width, step);
            return;
        }
        RowRule.RowUpdate update = ((RowRule) rule).rowUpdate(state, step);
        for (int row = 0; row < count; row++) {
            if (hasGradient(gradients, row * width)) {
                update.update(new RowRule.Row(weights, gradients, row * width, width, row));
            }
        }
    }

    /** In these rules a row of zeros counts as none. */
    private boolean hasGradient(float[] gradients, int at) {
        for (int i = at; i < at + width; i++) {
            if (gradients[i] != 0) {
                return true;
            }
        }
        return false;
    }
}
