// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The recorded ops that the graph itself needs: for views whose base was written, and for gradients that are to be
 * differentiated. The package of ops, which is built on this one, provides them.
 */
public abstract class GraphOps {
    private static volatile @Nullable GraphOps installed;

    /** Provides the ops; before the first node is made. */
    public static void install(GraphOps ops) {
        installed = ops;
    }

    static GraphOps get() {
        return Objects.requireNonNull(installed, "graph ops");
    }

    /** The same elements in fresh memory. */
    protected abstract Tensor copy(Tensor tensor);

    /** a + b. */
    protected abstract Tensor add(Tensor a, Tensor b);

    /** Sum over the dimensions along which a tensor of {@code shape} would be broadcast to that of {@code gradient}. */
    protected abstract Tensor sumToSize(Tensor gradient, Shape shape);

    /** The tensor with another dtype. */
    protected abstract Tensor convert(Tensor tensor, DType dtype);

    /** A view whose offset counts from the first element of {@code base}. */
    protected abstract Tensor asStrided(Tensor base, Shape shape, long[] strides, long offset);

    /** A copy of {@code base} in which the elements of such a view are replaced by {@code source}. */
    protected abstract Tensor asStridedScatter(Tensor base, Tensor source, long[] strides, long offset);
}
