// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parameter whose elements are updated one by one, a cache-sized chunk per task. */
final class ElementwiseParameter extends OptimisedParameter {
    /** Weights and gradient of the chunk that a thread works on. */
    private static final ThreadLocal<float[][]> SPARE =
            ThreadLocal.withInitial(() -> new float[2][MasterWeights.CHUNK]);

    private final ElementwiseRule rule;
    private final float[][][] state;

    ElementwiseParameter(String name, Tensor parameter, ParameterGroup group, ElementwiseRule rule) {
        super(name, parameter, group);
        this.rule = rule;
        int names = rule.stateNames().size();
        this.state = new float[weights.chunks()][names][];
        for (int i = 0; i < names; i++) {
            float[][] chunks = MasterWeights.chunks(weights.elements(), rule.initialState(i));
            for (int chunk = 0; chunk < chunks.length; chunk++) {
                state[chunk][i] = chunks[chunk];
            }
        }
    }

    @Override
    int denseTasks() {
        return weights.chunks();
    }

    @Override
    void updateDense(int chunk, Tensor gradient, UpdateRule.Step now) {
        update(chunk, 0, weights.size(chunk), new Source(gradient, (long) chunk * MasterWeights.CHUNK), now);
    }

    /** Where the gradient of the first element lies. */
    private record Source(Tensor gradient, long element) {}

    private void update(int chunk, int from, int to, Source source, UpdateRule.Step now) {
        float[][] spare = SPARE.get();
        FloatCopies.load(source.gradient, source.element, spare[1], from, to - from);
        float[] borrowed = weights.borrow(chunk, from, to, spare[0]);
        rule.update(borrowed, state[chunk], spare[1], from, to, now);
        weights.giveBack(chunk, from, to, borrowed);
    }

    @Override
    void updateRows(RowPatch patch, UpdateRule.Step now) {
        int length = patch.length();
        for (int row = patch.from(); row < patch.to(); row++) {
            int first = Math.toIntExact(patch.numbers()[row]) * length;
            for (int element = first; element < first + length; ) {
                int chunk = element / MasterWeights.CHUNK;
                int from = element % MasterWeights.CHUNK;
                int to = Math.min(MasterWeights.CHUNK, from + first + length - element);
                long source = (long) row * length + element - first;
                update(chunk, from, to, new Source(patch.values(), source), now);
                element += to - from;
            }
        }
    }

    @Override
    Map<String, float[][]> state() {
        Map<String, float[][]> all = new LinkedHashMap<>();
        List<String> names = rule.stateNames();
        for (int i = 0; i < names.size(); i++) {
            float[][] chunks = new float[state.length][];
            for (int chunk = 0; chunk < chunks.length; chunk++) {
                chunks[chunk] = state[chunk][i];
            }
            all.put(names.get(i), chunks);
        }
        return all;
    }
}
