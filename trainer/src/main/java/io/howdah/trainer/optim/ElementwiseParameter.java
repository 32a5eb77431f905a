// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.optim.ElementwiseRule.Place;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parameter whose elements are updated one by one, a chunk per task. */
final class ElementwiseParameter extends OptimisedParameter {
    /** Weights and gradient of the chunk that a thread works on. */
    private static final ThreadLocal<float[][]> SPARE =
            ThreadLocal.withInitial(() -> new float[2][MasterWeights.CHUNK]);

    /** Elements that fit the first-level cache together with gradient and state. */
    private static final int CACHED = 1 << 11;

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
        int count = weights.size(chunk);
        if (updateInPlace(chunk, gradient, now)) {
            return;
        }
        float[][] spare = SPARE.get();
        for (int from = 0; from < count; from += CACHED) {
            int length = Math.min(CACHED, count - from);
            FloatCopies.load(gradient, (long) chunk * MasterWeights.CHUNK + from, spare[1], from, length);
            update(chunk, from, from + length, spare, now);
        }
    }

    private boolean updateInPlace(int chunk, Tensor gradient, UpdateRule.Step now) {
        if (parameter.dtype() != DType.FLOAT32 || gradient.dtype() != DType.FLOAT32) {
            return false;
        }
        Place place = new Place(parameter.buffer(), gradient.buffer(), chunk * MasterWeights.CHUNK * Float.BYTES);
        boolean done = rule.updateInPlace(place, state[chunk], 0, weights.size(chunk), now);
        Reference.reachabilityFence(parameter);
        Reference.reachabilityFence(gradient);
        return done;
    }

    /** Updates elements of a chunk with the gradient at the same places of the spare array. */
    private void update(int chunk, int from, int to, float[][] spare, UpdateRule.Step now) {
        float[] borrowed = weights.borrow(chunk, from, to, spare[0]);
        rule.update(borrowed, state[chunk], spare[1], from, to, now);
        weights.giveBack(chunk, from, to, borrowed);
    }

    @Override
    void updateRows(RowPatch patch, UpdateRule.Step now) {
        float[][] spare = SPARE.get();
        int length = patch.length();
        float[] means = new float[length];
        for (int row = patch.from(); row < patch.to(); row++) {
            patch.sum(row, means);
            int first = patch.number(row) * length;
            for (int element = first; element < first + length; ) {
                int from = element % MasterWeights.CHUNK;
                int to = Math.min(MasterWeights.CHUNK, from + first + length - element);
                System.arraycopy(means, element - first, spare[1], from, to - from);
                update(element / MasterWeights.CHUNK, from, to, spare, now);
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
