// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.java;

import io.howdah.trainer.kernel.threads.Parallel;
import io.howdah.trainer.tensor.Tensor;

/** A large tensor that would be read across its memory, copied into row-major order; any other as it is. */
final class Straight implements AutoCloseable {
    private static final int SHORT = 32;

    private final Tensor original;
    private final Tensor tensor;

    private Straight(Tensor original, Tensor tensor) {
        this.original = original;
        this.tensor = tensor;
    }

    static Straight of(Tensor tensor) {
        if (!isAcross(tensor)) {
            return new Straight(tensor, tensor);
        }
        Tensor copy = Tensor.empty(tensor.dtype(), tensor.shape());
        Copying.copy(tensor, copy);
        return new Straight(tensor, copy);
    }

    /** Whether neighbours in the last dimension lie apart and those of another one lie together. */
    static boolean isAcross(Tensor tensor) {
        int last = tensor.shape().rank() - 1;
        if (tensor.elements() < Parallel.GRAIN || last < 1 || tensor.stride(last) < 2 || tensor.size(last) < SHORT) {
            return false;
        }
        for (int d = 0; d < last; d++) {
            if (tensor.stride(d) == 1 && tensor.size(d) >= SHORT) {
                return true;
            }
        }
        return false;
    }

    Tensor tensor() {
        return tensor;
    }

    @Override
    public void close() {
        if (tensor != original) {
            tensor.close();
        }
    }
}
