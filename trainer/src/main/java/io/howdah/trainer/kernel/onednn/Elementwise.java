// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.onednn;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Layouts of the operands of elementwise functions, in as few dimensions as they have together. */
final class Elementwise {
    private final DType[] dtypes;
    private final long[] sizes;
    private final long[][] strides;
    private int rank;

    private Elementwise(Tensor[] tensors) {
        Tensor out = tensors[0];
        long[] all = out.shape().sizes();
        this.dtypes = Arrays.stream(tensors).map(Tensor::dtype).toArray(DType[]::new);
        this.sizes = new long[Math.max(1, all.length)];
        this.strides = new long[tensors.length][sizes.length];
        // Outermost first in memory, so that operands which are all transposed alike become contiguous.
        List<Integer> order = IntStream.range(0, all.length)
                .filter(d -> all[d] != 1)
                .boxed()
                .sorted(Comparator.comparingLong((Integer d) -> -out.stride(d)))
                .toList();
        for (int d : order) {
            append(all[d], d, tensors);
        }
        if (rank == 0) {
            sizes[0] = 1;
            for (long[] row : strides) {
                row[0] = 1;
            }
            rank = 1;
        }
    }

    /** Adds a dimension, or merges it into the one before. */
    private void append(long size, int dimension, Tensor[] tensors) {
        boolean merge = rank > 0;
        for (int t = 0; t < tensors.length && merge; t++) {
            merge = strides[t][rank - 1] == tensors[t].stride(dimension) * size;
        }
        if (merge) {
            rank--;
        } else {
            sizes[rank] = 1;
        }
        sizes[rank] *= size;
        for (int t = 0; t < tensors.length; t++) {
            strides[t][rank] = tensors[t].stride(dimension);
        }
        rank++;
    }

    /** Layouts of tensors of one shape, which inputs may reach by strides of zero. */
    static Layout[] layouts(Tensor... tensors) {
        Elementwise joint = new Elementwise(tensors);
        Layout[] layouts = new Layout[tensors.length];
        long[] sizes = Arrays.copyOf(joint.sizes, joint.rank);
        for (int t = 0; t < layouts.length; t++) {
            layouts[t] = Layout.of(joint.dtypes[t], sizes, Arrays.copyOf(joint.strides[t], joint.rank))
                    .broadcast();
        }
        return layouts;
    }

    /** Whether the elements of all lie in the same order without gaps. */
    static boolean isOneRun(Tensor... tensors) {
        if (Arrays.stream(tensors).allMatch(Tensor::isContiguous)) {
            return true;
        }
        Elementwise joint = new Elementwise(tensors);
        return joint.rank == 1 && Arrays.stream(joint.strides).allMatch(row -> row[0] == 1);
    }
}
