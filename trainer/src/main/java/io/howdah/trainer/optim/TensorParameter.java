// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parameter that is updated as a whole, in one task that spreads its own work. */
final class TensorParameter extends OptimisedParameter {
    private final TensorRule rule;
    private final float[][] state;

    TensorParameter(String name, Tensor parameter, ParameterGroup group, TensorRule rule) {
        super(name, parameter, group);
        this.rule = rule;
        int[] sizes = rule.stateSizes(parameter.shape());
        this.state = new float[sizes.length][];
        for (int i = 0; i < sizes.length; i++) {
            state[i] = new float[sizes[i]];
            Arrays.fill(state[i], rule.initialState(i));
        }
    }

    @Override
    int denseTasks() {
        return 1;
    }

    @Override
    void updateDense(int task, Tensor gradient, UpdateRule.Step now) {
        float[] masters = new float[weights.elements()];
        float[] means = new float[weights.elements()];
        weights.forEachChunk((element, count) -> {
            weights.load(element, masters, element, count);
            FloatCopies.load(gradient, element, means, element, count);
        });
        TensorSlices.Slice whole = new TensorSlices.Slice(masters, means, 0, masters.length);
        rule.update(new TensorSlices(parameter.shape(), List.of(whole)), state, now);
        weights.forEachChunk((element, count) -> weights.store(masters, element, element, count));
    }

    @Override
    void updateRows(RowPatch patch, UpdateRule.Step now) {
        if (!(rule instanceof RowRule byRows)) {
            throw new AssertionError("check() refuses sparse gradients of " + rule);
        }
        RowRule.RowUpdate update = byRows.rowUpdate(state, now);
        int length = patch.length();
        float[] masters = new float[length];
        float[] means = new float[length];
        for (int row = patch.from(); row < patch.to(); row++) {
            int number = patch.number(row);
            weights.load(number * length, masters, 0, length);
            patch.sum(row, means);
            update.update(new RowRule.Row(masters, means, 0, length, number));
            weights.store(masters, 0, number * length, length);
        }
    }

    @Override
    Map<String, float[][]> state() {
        Map<String, float[][]> all = new LinkedHashMap<>();
        for (int i = 0; i < state.length; i++) {
            if (state[i].length > 0) {
                all.put(rule.stateNames().get(i), new float[][] {state[i]});
            }
        }
        return all;
    }
}
