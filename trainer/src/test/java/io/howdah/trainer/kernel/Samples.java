// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Elements;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** Random tensors in several layouts. */
public final class Samples {
    private Samples() {}

    /** How elements lie in memory. */
    public enum Memory {
        CONTIGUOUS,
        /** The last two dimensions swapped in memory. */
        TRANSPOSED,
        /** Every second element of a larger tensor. */
        SPACED,
        /** One slice for all places of the first dimension: inputs only. */
        BROADCAST
    }

    /** Uniform in [low, high). */
    public static Tensor uniform(DType dtype, Memory memory, Philox random, double[] bounds, long... sizes) {
        Tensor tensor = empty(dtype, memory, sizes);
        Elements.forEach(
                tensor,
                address -> Elements.put(dtype, address, bounds[0] + random.nextDouble() * (bounds[1] - bounds[0])));
        return tensor;
    }

    /** A tensor of NaNs, so that elements which a kernel forgets are noticed. */
    public static Tensor empty(DType dtype, Memory memory, long... sizes) {
        Tensor tensor = layout(dtype, memory, sizes);
        Elements.forEach(tensor, address -> Elements.put(dtype, address, Double.NaN));
        return tensor;
    }

    private static Tensor layout(DType dtype, Memory memory, long... sizes) {
        int rank = sizes.length;
        long[] larger = sizes.clone();
        if (memory == Memory.BROADCAST && rank > 0 && sizes[0] > 0) {
            larger[0] = 1;
            Tensor base = Tensor.zeros(dtype, Shape.of(larger));
            long[] strides = base.strides();
            strides[0] = 0;
            return base.view(Shape.of(sizes), strides, 0);
        }
        if (memory == Memory.CONTIGUOUS
                || memory == Memory.BROADCAST
                || rank < 1
                || memory == Memory.TRANSPOSED && rank < 2) {
            return Tensor.empty(dtype, Shape.of(sizes));
        }
        if (memory == Memory.SPACED) {
            larger[rank - 1] *= 2;
            Tensor base = Tensor.zeros(dtype, Shape.of(larger));
            long[] strides = base.strides();
            strides[rank - 1] = 2;
            return base.view(Shape.of(sizes), strides, sizes[rank - 1] > 0 ? 1 : 0);
        }
        larger[rank - 1] = sizes[rank - 2];
        larger[rank - 2] = sizes[rank - 1];
        Tensor base = Tensor.zeros(dtype, Shape.of(larger));
        long[] strides = base.strides();
        strides[rank - 1] = base.stride(-2);
        strides[rank - 2] = base.stride(-1);
        return base.view(Shape.of(sizes), strides, 0);
    }
}
