// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Brings signals of one or two spatial dimensions, with or without a batch, to the one shape that kernels take. */
final class Planes {
    private Planes() {}

    /**
     * Applies a function of [N, C, H, W] to [N, C, W] or [C, W] ({@code spatial} 1), or [N, C, H, W] or [C, H, W]
     * ({@code spatial} 2); its result gets the rank of {@code x} back.
     */
    static Tensor map(Tensor x, int spatial, UnaryOperator<Tensor> function) {
        if (x.shape().rank() == 4 && spatial == 2) {
            return function.apply(x);
        }
        return Composite.of(() -> restored(function.apply(planes(x, spatial)), x, spatial));
    }

    /** [N, C, H, W] of a tensor that {@link #map} takes. */
    static Tensor planes(Tensor x, int spatial) {
        Shape shape = x.shape();
        boolean batched = isBatched(x, spatial);
        long batch = batched ? shape.size(0) : 1;
        long channels = shape.size(-1 - spatial);
        long height = spatial == 1 ? 1 : shape.size(-2);
        return Views.reshape(x, batch, channels, height, shape.size(-1));
    }

    /** A result for {@link #planes} with the rank of {@code x}. */
    static Tensor restored(Tensor result, Tensor x, int spatial) {
        long[] sizes = new long[x.shape().rank()];
        int last = sizes.length - 1;
        sizes[last] = result.size(3);
        if (spatial == 2) {
            sizes[last - 1] = result.size(2);
        }
        sizes[last - spatial] = result.size(1);
        if (isBatched(x, spatial)) {
            sizes[0] = result.size(0);
        }
        return Views.reshape(result, sizes);
    }

    private static boolean isBatched(Tensor x, int spatial) {
        return x.shape().rank() == spatial + 2;
    }

    /** A filter of shape [K, C, S] as one of height 1. */
    static Tensor tall(Tensor weight) {
        return Views.reshape(weight, weight.size(0), weight.size(1), 1, weight.size(2));
    }

    /** Refuses a filter that has not {@code rank} dimensions, or an input that has neither as many nor one less. */
    static void checkRank(String op, Tensor x, Tensor weight, int rank) {
        if (weight.shape().rank() != rank
                || x.shape().rank() != rank && x.shape().rank() != rank - 1) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + x.shape() + " weight="
                    + weight.shape() + ", expected a weight of " + rank + " dimensions and an input of " + rank
                    + ", or one less without a batch; reshape them");
        }
    }

    /** Refuses an input that has not {@code spatial} dimensions beside channels and perhaps a batch, or an empty one. */
    static void checkImage(String op, Tensor x, int spatial) {
        int rank = x.shape().rank();
        boolean fits = rank == spatial + 1 || rank == spatial + 2;
        for (int d = 1; d <= spatial + 1 && fits; d++) {
            fits = x.size(-d) > 0;
        }
        if (!fits) {
            throw new IllegalArgumentException("Cannot compute " + op + ": input=" + x.shape() + ", expected "
                    + (spatial + 1) + " dimensions, or " + (spatial + 2) + " with a batch, of which only the batch may"
                    + " be empty; reshape it");
        }
    }
}
