// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.ElementwiseRule;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Updates by a rule that moves every element by itself: chunk by chunk, with state as long as the masters. */
final class ElementwiseUpdates implements ShardUpdates {
    private final ParameterTable table;
    private final ShardRange range;
    private final Optimiser optimiser;
    private final ElementwiseRule rule;
    private final float[][][] state;

    ElementwiseUpdates(ParameterTable table, ShardRange range, Optimiser optimiser, ElementwiseRule rule) {
        this.table = table;
        this.range = range;
        this.optimiser = optimiser;
        this.rule = rule;
        this.state = new float[range.chunks()][rule.stateNames().size()][];
        for (int chunk = 0; chunk < state.length; chunk++) {
            for (int name = 0; name < state[chunk].length; name++) {
                state[chunk][name] = new float[range.chunkSize(chunk)];
                Arrays.fill(state[chunk][name], rule.initialState(name));
            }
        }
    }

    @Override
    public void addSquares(ChunkSum chunk, ExactSum squares) {
        chunk.addSquares(squares);
    }

    @Override
    public void addSquares(float[][] gradients, ExactSum squares) {
        // Every chunk was added when it was complete.
    }

    @Override
    public void apply(float[][] masters, float[][] gradients, UpdateRule.Step base, float clip) {
        // Chunks do not depend on each other: the bits are the same in any order.
        IntStream.range(0, masters.length).parallel().forEach(chunk -> {
            optimiser.clip(gradients[chunk], clip);
            update(chunk, masters[chunk], gradients[chunk], base);
        });
    }

    private void update(int chunk, float[] master, float[] gradient, UpdateRule.Step base) {
        long chunkFrom = range.chunkFrom(chunk);
        long chunkTo = range.chunkTo(chunk);
        for (long element = chunkFrom; element < chunkTo; ) {
            int index = table.parameterAt(element);
            long end = Math.min(chunkTo, table.offset(index + 1));
            ParameterSpec spec = table.specs().get(index);
            if (!spec.isFrozen()) {
                int from = (int) (element - chunkFrom);
                rule.update(master, state[chunk], gradient, from, (int) (end - chunkFrom), spec.step(base));
            }
            element = end;
        }
    }

    @Override
    public List<ShardArray> arrays() {
        List<String> names = rule.stateNames();
        List<ShardArray> arrays = new ArrayList<>();
        for (int name = 0; name < names.size(); name++) {
            for (int chunk = 0; chunk < state.length; chunk++) {
                arrays.add(new ShardArray(names.get(name), range.chunkFrom(chunk), state[chunk][name]));
            }
        }
        return arrays;
    }
}
