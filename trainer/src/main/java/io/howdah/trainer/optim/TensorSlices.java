// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.optim;

import io.howdah.trainer.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Weights and gradient of one tensor in row-major order, in the pieces that they are kept in. */
public final class TensorSlices {
    /** Elements of a block; part of the definition of the last bits of a sum. */
    static final int BLOCK = 1 << 14;

    private final Shape shape;
    private final List<Slice> slices;
    private final int[] starts;

    /**
     * A piece of a tensor: the elements [{@code from}, {@code to}) of both arrays.
     *
     * @param weights FP32 masters
     * @param gradient mean gradient
     */
    public record Slice(float[] weights, float[] gradient, int from, int to) {}

    /**
     * Elements that lie together.
     *
     * @param weights FP32 masters
     * @param gradient mean gradient
     * @param at place of the first element in both arrays
     * @param length number of elements
     * @param element index of the first element in the tensor
     */
    public record Run(float[] weights, float[] gradient, int at, int length, int element) {}

    /** Handles one run after the other. */
    @FunctionalInterface
    interface RunVisitor {
        void visit(Run run);
    }

    /** Handles the runs of a block; blocks come in any order and at the same time. */
    @FunctionalInterface
    interface BlockVisitor {
        void visit(int block, Run run);
    }

    /** @param slices all elements, in order */
    public TensorSlices(Shape shape, List<Slice> slices) {
        this.shape = shape;
        this.slices = List.copyOf(slices);
        this.starts = new int[slices.size() + 1];
        for (int i = 0; i < slices.size(); i++) {
            starts[i + 1] = starts[i] + slices.get(i).to() - slices.get(i).from();
        }
        if (starts[slices.size()] != shape.elements()) {
            throw new IllegalArgumentException("Cannot update tensor: elements=" + starts[slices.size()] + ", expected "
                    + shape.elements() + " of shape " + shape + "; hand over all slices of the tensor");
        }
    }

    Shape shape() {
        return shape;
    }

    int elements() {
        return starts[slices.size()];
    }

    /** How many blocks {@link #forEachBlock} visits. */
    int blocks() {
        return (elements() + BLOCK - 1) / BLOCK;
    }

    /** Visits all elements: the runs of a block in order, the blocks in parallel. */
    void forEachBlock(BlockVisitor visitor) {
        IntStream.range(0, blocks()).parallel().forEach(block -> {
            int from = block * BLOCK;
            runs(from, Math.min(elements(), from + BLOCK), run -> visitor.visit(block, run));
        });
    }

    /** Visits the elements [{@code from}, {@code to}) in order. */
    void runs(int from, int to, RunVisitor visitor) {
        int index = sliceAt(from);
        for (int element = from; element < to; index++) {
            Slice slice = slices.get(index);
            int next = Math.min(to, starts[index + 1]);
            if (next > element) {
                int at = slice.from() + element - starts[index];
                visitor.visit(new Run(slice.weights(), slice.gradient(), at, next - element, element));
                element = next;
            }
        }
    }

    private int sliceAt(int element) {
        int low = 0;
        int high = slices.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= element) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
