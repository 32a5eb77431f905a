// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.autograd;

import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;

/**
 * What the gradient of a tensor must look like.
 *
 * @param dtype type of the elements
 * @param shape shape of the tensor
 */
record TensorInfo(DType dtype, Shape shape) {
    static TensorInfo of(Tensor tensor) {
        return new TensorInfo(tensor.dtype(), tensor.shape());
    }

    boolean fits(Tensor tensor) {
        return tensor.dtype() == dtype && tensor.shape().equals(shape);
    }

    @Override
    public String toString() {
        return dtype + " " + shape;
    }
}
