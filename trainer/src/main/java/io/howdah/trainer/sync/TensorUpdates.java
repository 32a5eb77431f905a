// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.TensorRule;
import io.howdah.trainer.optim.TensorSlices;
import io.howdah.trainer.optim.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Updates by a rule that needs whole tensors: the range ends with parameters, state belongs to a parameter, and a parameter's
 * slices, which may lie in several chunks, are handed over together.
 */
final class TensorUpdates implements ShardUpdates {
    private final ParameterTable table;
    private final ShardRange range;
    private final Optimiser optimiser;
    private final TensorRule rule;
    /** First parameter with elements in the range. */
    private final int first;
    /** State of each parameter by name. */
    private final float[][][] state;

    TensorUpdates(ParameterTable table, ShardRange range, Optimiser optimiser, TensorRule rule) {
        this.table = table;
        this.range = range;
        this.optimiser = optimiser;
        this.rule = rule;
        this.first = range.elements() == 0 ? 0 : table.parameterAt(range.from());
        int last = range.elements() == 0 ? first : table.parameterAt(range.to() - 1) + 1;
        if (range.elements() > 0 && (table.offset(first) != range.from() || table.offset(last) != range.to())) {
            throw new IllegalArgumentException("Cannot make shard: from=" + range.from() + " to=" + range.to()
                    + ", expected a range that ends with parameters because the optimiser needs whole tensors; cut it with"
                    + " SyncSettings.ranges()");
        }
        this.state = new float[last - first][][];
        for (int i = 0; i < state.length; i++) {
            int[] sizes = rule.stateSizes(table.specs().get(first + i).shape());
            state[i] = new float[sizes.length][];
            for (int name = 0; name < sizes.length; name++) {
                state[i][name] = new float[sizes[name]];
                Arrays.fill(state[i][name], rule.initialState(name));
            }
        }
    }

    @Override
    public void addSquares(ChunkSum chunk, ExactSum squares) {
        // Chunks begin elsewhere for another number of servers; parameters do not.
    }

    @Override
    public void addSquares(float[][] gradients, ExactSum squares) {
        float[] block = new float[ParameterTable.BLOCK_ELEMENTS];
        for (int i = 0; i < state.length; i++) {
            long to = table.offset(first + i + 1);
            for (long from = table.offset(first + i); from < to; from += block.length) {
                int length = (int) Math.min(block.length, to - from);
                for (int done = 0; done < length; ) {
                    int chunk = range.chunkAt(from + done);
                    int count = (int) Math.min(length - done, range.chunkTo(chunk) - from - done);
                    int start = (int) (from + done - range.chunkFrom(chunk));
                    System.arraycopy(gradients[chunk], start, block, done, count);
                    done += count;
                }
                squares.add(ChunkSum.squaresOf(block, 0, length));
            }
        }
    }

    @Override
    public void apply(float[][] masters, float[][] gradients, UpdateRule.Step base, float clip) {
        IntStream.range(0, gradients.length).parallel().forEach(chunk -> optimiser.clip(gradients[chunk], clip));
        IntStream.range(0, state.length).parallel().forEach(i -> {
            ParameterSpec spec = table.specs().get(first + i);
            if (!spec.isFrozen()) {
                rule.update(new TensorSlices(spec.shape(), slices(i, masters, gradients)), state[i], spec.step(base));
            }
        });
    }

    private List<TensorSlices.Slice> slices(int i, float[][] masters, float[][] gradients) {
        List<TensorSlices.Slice> slices = new ArrayList<>();
        long end = table.offset(first + i + 1);
        for (long element = table.offset(first + i); element < end; ) {
            int chunk = range.chunkAt(element);
            long next = Math.min(end, range.chunkTo(chunk));
            int from = (int) (element - range.chunkFrom(chunk));
            int to = (int) (next - range.chunkFrom(chunk));
            slices.add(new TensorSlices.Slice(masters[chunk], gradients[chunk], from, to));
            element = next;
        }
        return slices;
    }

    @Override
    public List<ShardArray> arrays() {
        List<String> names = rule.stateNames();
        List<ShardArray> arrays = new ArrayList<>();
        for (int i = 0; i < state.length; i++) {
            for (int name = 0; name < names.size(); name++) {
                if (state[i][name].length > 0) {
                    arrays.add(new ShardArray(names.get(name), table.offset(first + i), state[i][name]));
                }
            }
        }
        return arrays;
    }
}
