// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.GraphOps;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/** The ops that autograd itself needs. */
final class RecordedGraphOps extends GraphOps {
    @Override
    protected Tensor copy(Tensor tensor) {
        return Copies.clone(tensor);
    }

    @Override
    protected Tensor add(Tensor a, Tensor b) {
        return Arithmetic.add(a, b);
    }

    @Override
    protected Tensor sumToSize(Tensor gradient, Shape shape) {
        return Reductions.sumToSize(gradient, shape);
    }

    @Override
    protected Tensor convert(Tensor tensor, DType dtype) {
        return Casts.to(tensor, dtype);
    }

    @Override
    protected Tensor asStrided(Tensor base, Shape shape, long[] strides, long offset) {
        return StridedViews.asStrided(base, shape, strides, offset);
    }

    @Override
    protected Tensor asStridedScatter(Tensor base, Tensor source, long[] strides, long offset) {
        return StridedViews.asStridedScatter(base, source, strides, offset);
    }
}
